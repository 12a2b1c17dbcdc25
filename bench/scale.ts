/**
 * What grows with the number of shards: the same rate on each shard, more and more of them, on tables in memory that count.
 * Says nothing of the speed of AWS, only how often it is asked, and how often of the partition and the item that are asked
 * most: DynamoDB has limits for each of those.
 *
 *   npx tsx bench/scale.ts
 */
import { readPipeline } from '../engine/pipeline/read.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import type { Compiled } from '../engine/plan/program.ts';
import { advanceTime, type ShardPort } from '../engine/protocol/advance-time.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import { StreamProcessor } from '../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../engine/time.ts';
import { CountingStore } from './counting-store.ts';

const perBatch = 200;
const batches = 5;
const start = Date.parse('2026-03-02T12:00:00Z');

/** Keys that a shard has for itself, but for the rules that have fewer groups than shards. */
const rules: Readonly<Record<string, string>> = {
  'sliding, by the partition key': `
    groupBy: { customer: event.customer }
    window: { sliding: 24h }
    aggregate: { orders: count() }
    having: orders > 1000`,
  'final, by the partition key': `
    groupBy: { customer: event.customer }
    window: { tumbling: 1m }
    aggregate: { orders: count() }
    having: orders > 1000
    emit: final`,
  'ten groups that all shards have': `
    groupBy: { country: event.country }
    window: { tumbling: 1h }
    aggregate: { orders: count() }
    having: orders > 1000000000`,
  'ten groups, final': `
    groupBy: { country: event.country }
    window: { tumbling: 1m }
    aggregate: { orders: count() }
    having: orders > 1000000000
    emit: final`,
};

function compiled(rule: string): Compiled {
  const text = `
pipeline: scale
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id, outOfOrderness: 0s, allowedLateness: 0s }
rules:
  measured:
    from: orders${rule}
    alert: { severity: low, title: Measured }
`;
  const { definition, faults } = readPipeline(text);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  return compileHere(definition);
}

async function measure(rule: string, shardCount: number, keysPerShard: number): Promise<string[]> {
  const program = compiled(rule);
  const state = new CountingStore();
  const alerts = new CountingStore();
  let now = start as EpochMillis;
  const ports: Ports = {
    state,
    alerts,
    publish: async () => new Set(),
    deadLetter: () => Promise.reject(new Error('an event was rejected')),
    now: () => now,
  };
  const shards = Array.from({ length: shardCount }, (_, index) => ({
    id: `shardId-${String(index).padStart(12, '0')}`,
    processor: new StreamProcessor(program, 'orders', ports, `process ${index}`),
  }));
  let tips = 0;
  const port: ShardPort = {
    shards: async () => shards.map(({ id }) => ({ id, parents: [], closed: false })),
    atTip: async () => {
      tips++;
      return true;
    },
  };
  const minute = () => advanceTime(program, ports, port, now);
  await minute();
  let sequence = 0;
  const batch = async (): Promise<void> => {
    now = (now + 1000) as EpochMillis;
    for (const [index, { id, processor }] of shards.entries()) {
      const records = Array.from({ length: perBatch }, (_, i) => {
        const customer = `c${index}-${i % keysPerShard}`;
        const event = { id: String(++sequence), customer, country: `k${i % 10}`, at: now };
        return {
          stream: 'orders',
          shard: id,
          sequenceNumber: String(sequence).padStart(20, '0'),
          partitionKey: customer,
          arrival: now,
          data: '',
          event,
        };
      });
      await processor.process(id, records);
    }
  };
  // A warm path: the first batch of each shard makes what later ones find.
  await batch();
  state.take();
  // New keys come into the index now, within a second.
  const { slots } = state.takeHottest();
  for (let i = 0; i < batches; i++) await batch();
  const { puts, gets, queries, found, indexed } = state.take();
  const hottest = state.takeHottest();
  tips = 0;
  now = (now + 120_000) as EpochMillis;
  const { closed } = await minute();
  const time = state.take();
  const each = (count: number): string => (count / (batches * shardCount)).toFixed(1);
  // All shards have a batch a second.
  const aSecond = [...[hottest.puts, hottest.gets].map((count) => Math.ceil(count / batches)), slots].join(', ');
  return [
    String(shardCount),
    String(keysPerShard),
    each(puts),
    each(gets),
    each(queries),
    each(found),
    each(indexed),
    aSecond,
    [time.gets, time.queries, time.puts, tips].join(', '),
    String(closed),
  ];
}

for (const [name, rule] of Object.entries(rules)) {
  console.log(`\n${name}\n`);
  console.log(
    '| shards | keys a shard | puts a batch | gets | queries | found by them | index | hottest partition put, item read, slot changed, a second | minute: gets, queries, puts, tips | closed |',
  );
  console.log(`|${' --- |'.repeat(10)}`);
  for (const [shardCount, keys] of [
    [4, 200],
    [16, 200],
    [64, 200],
    [64, 20],
    [256, 20],
  ] as const) {
    console.log(`| ${(await measure(rule, shardCount, keys)).join(' | ')} |`);
  }
}
