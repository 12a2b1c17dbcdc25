/** What is running, where, and how to take part in it with the AWS command line. */
import { redriveName } from '../functions/environment.ts';
import { account, region } from './aws-call.ts';
import type { LocalRun } from './local-run.ts';

/** An event that a user may put: what it is put into, and why. */
export interface Example {
  readonly stream: string;
  readonly partitionKey: string;
  readonly event: unknown;
}

export function welcome(run: LocalRun, example: Example | undefined): string {
  const { kinesis, dynamodb, messaging } = run.endpoints;
  const { AlertTopicArn: topic = '', DeadLetterBucketName: bucket = '', AlertTableName: alerts = '' } = run.outputs;
  const stream = example === undefined ? [...run.streams.values()][0] : run.streams.get(example.stream);
  const data = JSON.stringify(example?.event ?? { id: '1' }).replaceAll("'", "'\\''");
  // The name that the embedded service gives a queue; calls go to the endpoint all the same.
  const queueUrl = `http://sqs.${region}.localhost:${new URL(messaging).port}/${account}/mine`;
  const aws = (endpoint: string): string => `aws --endpoint-url ${endpoint}`;
  return [
    `  Kinesis    ${kinesis}  ${[...run.streams.values()].join(', ')}`,
    `  DynamoDB   ${dynamodb}  ${run.outputs['StateTableName'] ?? ''}, ${alerts}`,
    `  SNS, SQS   ${messaging}  ${topic}`,
    `  S3         ${messaging}  ${bucket}`,
    `  Lambda     ${run.lambda}  ${redriveName(run.stackName)}`,
    '',
    'From another terminal, with version 2 of the AWS command line or any SDK:',
    '',
    `  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=${region}`,
    `  ${aws(kinesis)} kinesis put-record --stream-name ${stream ?? ''} --partition-key ${example?.partitionKey ?? 'k1'} \\`,
    `      --cli-binary-format raw-in-base64-out --data '${data}'`,
    `  ${aws(messaging)} sqs create-queue --queue-name mine`,
    `  ${aws(messaging)} sns subscribe --topic-arn ${topic} --protocol sqs \\`,
    `      --notification-endpoint arn:aws:sqs:${region}:${account}:mine`,
    `  ${aws(messaging)} sqs receive-message --queue-url ${queueUrl} --wait-time-seconds 20`,
    `  ${aws(dynamodb)} dynamodb scan --table-name ${alerts}`,
    `  ${aws(messaging)} s3 ls --recursive s3://${bucket}`,
    `  export AWS_ENDPOINT_URL_S3=${messaging} AWS_ENDPOINT_URL_LAMBDA=${run.lambda}`,
    `  npx weir replay --stack ${run.stackName} --dry-run`,
  ].join('\n');
}
