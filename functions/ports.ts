/** AWS as the engine's ports, from the function's environment. */
import { dynamodbClient, ItemTable } from '../adapters/dynamodb.ts';
import { publish, snsClient } from '../adapters/sns.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { EpochMillis } from '../engine/time.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { required, streamName, variables } from './environment.ts';
import { type Offer, revisionPut, streamOffer } from './result-streams.ts';

/** Of a call with revisions: what is not put stays pending, and others wait meanwhile. */
const attempts = 2;

export function awsPorts(): Ports {
  const dynamodb = dynamodbClient();
  const sns = snsClient();
  const topic = required(variables.alertTopic);
  const bucket = required(variables.deadLetterBucket);
  let store: Promise<(key: string, lines: readonly string[]) => Promise<void>> | undefined;
  // Most pipelines have no results that are revised.
  let offer: Promise<Offer> | undefined;
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
    putRevisions: revisionPut(
      () =>
        (offer ??= import('weir:kinesis').then(({ kinesisClient, offerRecords }) =>
          streamOffer(offerRecords, kinesisClient(attempts), streamName),
        )),
      cloudwatchLog.problem,
      Date.now,
    ),
    now: () => Date.now() as EpochMillis,
  };
}
