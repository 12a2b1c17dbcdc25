/** AWS as the engine's ports, from the function's environment. */
import { dynamodbClient, ItemTable } from '../adapters/dynamodb.ts';
import { publish, snsClient } from '../adapters/sns.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { EpochMillis } from '../engine/time.ts';
import { required, variables } from './environment.ts';
import { logProblem } from './log.ts';

export function awsPorts(): Ports {
  const dynamodb = dynamodbClient();
  const sns = snsClient();
  const topic = required(variables.alertTopic);
  const bucket = required(variables.deadLetterBucket);
  let s3: ReturnType<typeof import('../adapters/s3.ts').s3Client> | undefined;
  return {
    state: new ItemTable(dynamodb, required(variables.stateTable)),
    alerts: new ItemTable(dynamodb, required(variables.alertTable)),
    publish: (messages) => publish(sns, topic, messages, logProblem),
    async deadLetter(prefix, name, lines) {
      // Most invocations have nothing to keep, so the client is loaded by the first that has.
      const { putLines, s3Client } = await import('../adapters/s3.ts');
      s3 ??= s3Client();
      await putLines(s3, bucket, `${prefix}/${name}.ndjson`, lines);
    },
    now: () => Date.now() as EpochMillis,
  };
}
