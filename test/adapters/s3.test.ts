import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { putLines } from '../../adapters/s3.ts';
import { fauxqsUnderTest } from '../local/fauxqs-under-test.ts';

const services = fauxqsUnderTest();
const bucket = 'dead-letters';
let client: S3Client;

beforeAll(async () => {
  client = new S3Client({ ...services(), forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(() => client.destroy());

const read = async (Key: string) =>
  (await client.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToString();

test('lines come back as newline-delimited text', async () => {
  await putLines(client, bucket, 'late/a.ndjson', ['{"a":1}', '{"b":"ü"}']);
  expect(await read('late/a.ndjson')).toBe('{"a":1}\n{"b":"ü"}\n');
});

test('the same key may be written again, and is listed under its prefix once', async () => {
  await putLines(client, bucket, 'invalid/2026/a+b=.ndjson', ['1']);
  await putLines(client, bucket, 'invalid/2026/a+b=.ndjson', ['1', '2']);
  expect(await read('invalid/2026/a+b=.ndjson')).toBe('1\n2\n');
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'invalid/' }));
  expect(Contents?.map((each) => each.Key)).toEqual(['invalid/2026/a+b=.ndjson']);
});

test('rejects a bucket that does not exist', async () => {
  await expect(putLines(client, 'absent', 'a', ['1'])).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
