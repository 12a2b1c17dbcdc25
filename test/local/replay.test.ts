import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { Kinesis } from '../../local/kinesis/kinesis.ts';
import { kinesisService } from '../../local/kinesis/kinesis-service.ts';
import { Producer } from '../../local/producer.ts';
import { replay, ReplayError } from '../../local/replay.ts';
import { createJsonServer } from '../../local/wire/json-service.ts';
import { close, listen } from './listening.ts';
import { callJson } from '../../local/aws-call.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-replay-'));
const compiled = compileHere(loadPipelineFile('pipelines/online-retail/pipeline.yaml').definition!);
const server = createJsonServer(kinesisService(new Kinesis()));
let endpoint = '';
let streams = 0;

beforeAll(async () => {
  endpoint = await listen(server);
});

afterAll(() => close(server));

interface Played {
  readonly count: number;
  /** What was said of the lines that were not sent. */
  readonly notSent: readonly string[];
  readonly keys: readonly string[];
  readonly events: readonly unknown[];
  readonly milliseconds: number;
}

/** Replays a file into a stream of its own, and reads what lies in it. */
async function play(file: string, speed = Infinity): Promise<Played> {
  streams += 1;
  const StreamName = `s${streams}`;
  const kinesis = (operation: string, body: object) => callJson(endpoint, 'Kinesis_20131202', operation, body);
  await kinesis('CreateStream', { StreamName, ShardCount: 1 });
  const producer = new Producer(
    endpoint,
    new Map([
      ['lines', StreamName],
      ['orders', StreamName],
    ]),
  );
  const notSent: string[] = [];
  const started = performance.now();
  const count = await replay({
    file,
    speed,
    compiled,
    run: { producer, waitForRoom: () => Promise.resolve() },
    progress: () => undefined,
    notSent: ({ told }) => notSent.push(told),
    signal: new AbortController().signal,
  });
  const milliseconds = performance.now() - started;
  const ShardId = 'shardId-000000000000';
  const { ShardIterator } = (await kinesis('GetShardIterator', {
    StreamName,
    ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  })) as { ShardIterator: string };
  const { Records } = (await kinesis('GetRecords', { ShardIterator })) as {
    Records: { Data: string; PartitionKey: string }[];
  };
  return {
    count,
    notSent,
    milliseconds,
    keys: Records.map(({ PartitionKey }) => PartitionKey),
    events: Records.map(({ Data }) => JSON.parse(Buffer.from(Data, 'base64').toString()) as unknown),
  };
}

function write(name: string, lines: readonly unknown[]): string {
  const file = join(folder, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

const line = (id: number, more: object = {}) => ({ stream: 'lines', event: { id, invoice: `i${id % 7}`, ...more } });

test.each(['events.ndjson', 'events.ndjson.gz'])(
  '%s is put whole and in its order, by the key of the pipeline',
  async (name) => {
    const lines = Array.from({ length: 1203 }, (_, id) => line(id));
    const { count, keys, events } = await play(write(name, lines));
    expect(count).toBe(1203);
    expect(events).toEqual(lines.map(({ event }) => event));
    expect(keys).toEqual(lines.map(({ event }) => event.invoice));
  },
);

test('a key in the recording is kept, and an event without one gets any', async () => {
  const { keys } = await play(
    write('keys.ndjson', [
      { ...line(1), partitionKey: 'mine' },
      { stream: 'lines', event: { id: 2 } },
      { stream: 'lines', event: 'no object' },
    ]),
  );
  expect(keys).toEqual(['mine', '-', '-']);
});

test('at a speed, events keep the distance that they had, so many times shorter', async () => {
  const at = (seconds: number): string => new Date(Date.UTC(2011, 0, 1, 0, 0, seconds)).toISOString();
  const { milliseconds } = await play(
    write(
      'paced.ndjson',
      [0, 10, 5, 30].map((s, id) => line(id, { at: at(s) })),
    ),
    100,
  );
  expect(milliseconds).toBeGreaterThanOrEqual(300);
});

const large = JSON.stringify(line(1, { padding: 'x'.repeat(1024 * 1024) }).event);

test.each([
  ['is no JSON', '{"stream":"lines"', 'JSON'],
  ['is of no stream', '{"stream":"orderz","event":{}}', 'the pipeline has no stream "orderz", it has orders, lines'],
  ['names no stream', '{"event":{}}', 'a line must be {"stream": "…", "event": {…}}'],
  ['is a list', '[]', 'a line must be {"stream": "…", "event": {…}}'],
  ['has an empty key', '{"stream":"lines","partitionKey":"","event":{}}', 'the partition key is empty'],
  [
    'has a key too long',
    `{"stream":"lines","partitionKey":"${'k'.repeat(257)}","event":{}}`,
    'the partition key has 257 characters, Kinesis takes 256',
  ],
  ['is too large', `{"stream":"lines","event":${large}}`, 'bytes, Kinesis takes 1,048,576'],
])('a line that %s is told with its place, and the replay goes on', async (_, text, message) => {
  const file = write('wrong.ndjson', [line(1), '', text, line(2)]);
  const { count, events, notSent } = await play(file);
  expect({ count, events }).toEqual({ count: 2, events: [line(1).event, line(2).event] });
  expect(notSent).toEqual([expect.stringMatching(new RegExp(`^${file}:3: `))]);
  expect(notSent[0]).toContain(message);
});

test('a key that is an object is sent as JSON', async () => {
  const { keys } = await play(write('object.ndjson', [{ stream: 'lines', event: { id: 1, invoice: { no: 7 } } }]));
  expect(keys).toEqual(['{"no":7}']);
});

test('the mark that Windows puts before UTF-8 is no part of the first event', async () => {
  const file = join(folder, 'marked.ndjson');
  writeFileSync(file, `\uFEFF${JSON.stringify(line(1))}\r\n \r\n${JSON.stringify(line(2))}\r\n`);
  const { count, notSent } = await play(file);
  expect({ count, notSent }).toEqual({ count: 2, notSent: [] });
});

test('rejects a file that is packed wrongly', async () => {
  const file = join(folder, 'torn.ndjson.gz');
  writeFileSync(file, gzipSync(JSON.stringify(line(1))).subarray(0, 20));
  await expect(play(file)).rejects.toThrow(ReplayError);
});
