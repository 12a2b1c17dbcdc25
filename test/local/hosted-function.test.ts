import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callJson, callS3, element } from '../../local/aws-call.ts';
import { type Emulator, startEmulator } from '../../local/emulator.ts';
import type { HostedMapping } from '../../local/function-host.ts';
import { type FunctionProcess, startFunction } from '../../local/hosted-function.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-function-'));
let kinesis: Emulator;
let messaging: Emulator;
let running: FunctionProcess | undefined;
let problems: string[] = [];
let lines: string[] = [];

beforeAll(async () => {
  [kinesis, messaging] = await Promise.all([startEmulator('kinesis'), startEmulator('fauxqs')]);
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(() => Promise.all([kinesis.stop(), messaging.stop()]));

/** Starts a function with this code, behind a mapping where one is given. */
async function start(code: string, mapping?: HostedMapping, timeout = 10_000): Promise<FunctionProcess> {
  const module = join(mkdtempSync(join(folder, 'code-')), 'index.mjs');
  writeFileSync(module, code);
  problems = [];
  lines = [];
  running = await startFunction({
    function: { name: 'tested', arn: 'arn:tested', module, handler: 'handler', timeout, memory: 512 },
    environment: { GREETING: 'hello' },
    log: (line) => lines.push(line),
    problem: (message) => problems.push(message),
    ...(mapping && { mapping }),
  });
  return running;
}

async function stream(name: string, shards: number): Promise<HostedMapping> {
  await callJson(kinesis.endpoint, 'Kinesis_20131202', 'CreateStream', { StreamName: name, ShardCount: shards });
  return {
    id: 'mapping',
    settings: {
      endpoint: kinesis.endpoint,
      streamName: name,
      envelope: {
        streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`,
        roleArn: 'arn:role',
        region: 'us-east-1',
      },
      startingPosition: 'LATEST',
      batchSize: 2,
      batchingWindow: 0,
      retryAttempts: 0,
      recordAge: -1,
      reportBatchItemFailures: true,
    },
    destination: { endpoint: messaging.endpoint, bucket: 'given-up' },
  };
}

async function put(name: string, key: string, ...texts: readonly string[]): Promise<void> {
  const Records = texts.map((text) => ({ Data: Buffer.from(text).toString('base64'), PartitionKey: key }));
  await callJson(kinesis.endpoint, 'Kinesis_20131202', 'PutRecords', { StreamName: name, Records });
}

test('a function has the environment that it is given, no other, and a context', async () => {
  const host = await start(`export const handler = (event, context) => ({
    event, greeting: process.env.GREETING, home: process.env.HOME, name: context.functionName,
    left: context.getRemainingTimeInMillis() > 9000,
  });`);
  expect(await host.invoke({ a: 1 })).toEqual({ event: { a: 1 }, greeting: 'hello', name: 'tested', left: true });
});

test('what a function throws comes back, and it can be invoked again', async () => {
  const host = await start(
    `export const handler = async (event) => { if (event.bad) throw new Error('no'); return 1; };`,
  );
  await expect(host.invoke({ bad: true })).rejects.toThrow('Error: no');
  expect(await host.invoke({})).toBe(1);
});

test('a function that outruns its timeout has failed, and the next invocation finds a new environment', async () => {
  const code = `let calls = 0; export const handler = (event) => { calls += 1; return event.stuck ? new Promise(() => {}) : calls; };`;
  const host = await start(code, undefined, 200);
  expect(await host.invoke({})).toBe(1);
  await expect(host.invoke({ stuck: true })).rejects.toThrow('tested timed out after 0.2 s');
  expect(await host.invoke({})).toBe(1);
});

test('each shard has an execution environment of its own', async () => {
  const mapping = await stream('apart', 2);
  const host = await start(
    `const mine = new Set(); export const handler = (event) => {
      for (const { eventID } of event.Records) mine.add(eventID.split(':')[0]);
      console.log([...mine].join());
    };`,
    mapping,
  );
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await put('apart', key, '1');
  await host.waitUntilRead();
  expect([...new Set(lines)].sort()).toEqual(['shardId-000000000000', 'shardId-000000000001']);
});

test('what is given up lies in the bucket, with all that Lambda says of it', async () => {
  await callS3(messaging.endpoint, 'PUT', 'given-up');
  const mapping = await stream('hopeless', 1);
  const host = await start(`export const handler = () => { throw new Error('never'); };`, mapping);
  await put('hopeless', 'k', 'one', 'two');
  await host.waitUntilRead();
  const key = element(await callS3(messaging.endpoint, 'GET', 'given-up?list-type=2&prefix=aws/lambda/'), 'Key');
  expect(key).toMatch(/^aws\/lambda\/mapping\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/[\d.T-]+-[\da-f-]{36}$/);
  const object = JSON.parse(await callS3(messaging.endpoint, 'GET', `given-up/${key!}`)) as Record<string, unknown>;
  expect(object).toMatchObject({
    requestContext: { functionArn: 'arn:tested', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    KinesisBatchInfo: { shardId: 'shardId-000000000000', batchSize: 2, streamArn: mapping.settings.envelope.streamArn },
  });
  const { Records } = JSON.parse(String(object['payload'])) as { Records: { kinesis: { data: string } }[] };
  expect(Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString())).toEqual(['one', 'two']);
  expect(problems[0]).toBe('never');
});

test('rejects code without the handler', async () => {
  const host = await start('export const other = 1;');
  await expect(host.invoke({})).rejects.toThrow('tested: no export handler');
});
