/** What a function may do, action by action: the CDK's own grants give more than is used. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { dueIndex } from '../adapters/item-attributes.ts';

function allow(grantee: IGrantable, actions: string[], resources: string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
}

/** What every function of a pipeline does: keep state and publish alerts. */
export function grantState(
  pipeline: {
    readonly stateTable: Table;
    readonly alertTable: Table;
    readonly alertTopic: ITopic;
  },
  grantee: IGrantable,
): void {
  const actions = ['BatchGetItem', 'Query', 'PutItem', 'PartiQLInsert', 'PartiQLUpdate'];
  allow(
    grantee,
    actions.map((action) => `dynamodb:${action}`),
    [pipeline.stateTable.tableArn, pipeline.alertTable.tableArn],
  );
  allow(grantee, ['sns:Publish'], [pipeline.alertTopic.topicArn]);
}

/** Asks the index for what is due. */
export function grantDue(tables: readonly Table[], grantee: IGrantable): void {
  allow(
    grantee,
    ['dynamodb:Query'],
    tables.map((table) => `${table.tableArn}/index/${dueIndex}`),
  );
}

/** Finds the shards of streams and whether they are read to their tip. */
export function grantTip(streams: readonly IStream[], grantee: IGrantable): void {
  allow(
    grantee,
    ['kinesis:DescribeStreamSummary', 'kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords'],
    streams.map((stream) => stream.streamArn),
  );
  // A key of the stream's own; the pipeline's is granted to every function.
  for (const key of keysOf(streams)) allow(grantee, ['kms:Decrypt'], [key.keyArn]);
}

/** Puts events into streams. */
export function grantPut(streams: readonly IStream[], grantee: IGrantable): void {
  allow(
    grantee,
    ['kinesis:PutRecord', 'kinesis:PutRecords'],
    streams.map((stream) => stream.streamArn),
  );
  for (const key of keysOf(streams)) allow(grantee, ['kms:GenerateDataKey'], [key.keyArn]);
}

function keysOf(streams: readonly IStream[]): Set<IKey> {
  return new Set(streams.flatMap(({ encryptionKey }) => encryptionKey ?? []));
}

/** Reads and writes what the pipeline's own key encrypts: on its behalf DynamoDB, SNS, S3 and Kinesis ask for this. */
export function grantKey(key: IKey, grantee: IGrantable): void {
  const actions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
  allow(
    grantee,
    actions.map((action) => `kms:${action}`),
    [key.keyArn],
  );
}

/** An alarm publishes as CloudWatch: to a topic with a key, only where the key's policy lets that. */
export function letAlarmsPublish(key: IKey): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  );
}

/** Writes to its own log. */
export function grantLog(logGroup: ILogGroup, grantee: IGrantable): void {
  allow(grantee, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
}
