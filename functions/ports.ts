/** AWS as the engine's ports, from the function's environment. */
import { dynamodbClient, ItemTable } from '../adapters/dynamodb.ts';
import { publish, snsClient } from '../adapters/sns.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { EpochMillis } from '../engine/time.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { required, variables } from './environment.ts';

export function awsPorts(): Ports {
  const dynamodb = dynamodbClient();
  const sns = snsClient();
  const topic = required(variables.alertTopic);
  const bucket = required(variables.deadLetterBucket);
  let store: Promise<(key: string, lines: readonly string[]) => Promise<void>> | undefined;
  return {
    state: new ItemTable(dynamodb, required(variables.stateTable)),
    alerts: new ItemTable(dynamodb, required(variables.alertTable)),
    publish: (messages) => publish(sns, topic, messages, cloudwatchLog.problem),
    async deadLetter(prefix, name, lines) {
      // Most invocations have nothing to keep, so the client is loaded by the first that has.
      store ??= import('weir:s3').then(({ putLines, s3Client }) => {
        const client = s3Client();
        return (key, kept) => putLines(client, bucket, key, kept);
      });
      await (await store)(`${prefix}/${name}.ndjson`, lines);
    },
    now: () => Date.now() as EpochMillis,
  };
}
