import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { dynamodbClient } from '../../adapters/dynamodb.ts';
import { kinesisClient } from '../../adapters/kinesis.ts';
import { listShards } from '../../adapters/kinesis-shards.ts';
import { putLines, s3Client } from '../../adapters/s3.ts';
import { snsClient } from '../../adapters/sns.ts';
import { fauxqsUnderTest } from '../local/fauxqs-under-test.ts';
import { tableUnderTest } from '../local/dynamodb/table-under-test.ts';
import { shard, streamUnderTest } from '../local/kinesis/stream-under-test.ts';

const services = fauxqsUnderTest();
const table = tableUnderTest();
const stream = streamUnderTest();
const before = { ...process.env };

beforeEach(() => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL: services().endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
  });
});
afterAll(() => {
  process.env = before;
});

test('clients find their services by the environment, each at its own endpoint or at the common one', async () => {
  await stream.create(1);
  const [dynamodb, kinesis, sns, s3] = [dynamodbClient(), kinesisClient(), snsClient(), s3Client()];
  expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toContain(table.name);
  expect(await listShards(kinesis, stream.name)).toEqual([
    { id: shard(0), parents: [], closed: false, firstHash: '0' },
  ]);
  expect((await sns.send(new ListTopicsCommand({}))).Topics ?? []).toEqual([]);
  await expect(putLines(s3, 'absent', 'a', [])).rejects.toMatchObject({ name: 'NoSuchBucket' });
  for (const client of [dynamodb, kinesis, sns, s3]) client.destroy();
});
