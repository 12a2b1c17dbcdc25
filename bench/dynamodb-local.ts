/**
 * Batches against a DynamoDB over HTTP, Amazon's DynamoDB Local: what one large batch takes, and what a global key over
 * fifty shards costs in writes and lost writes. The figures are those of the emulator on this machine; the counts are not.
 */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ItemTable } from '../adapters/dynamodb.ts';
import { dueIndex } from '../adapters/item-attributes.ts';
import { readPipeline } from '../engine/pipeline/read.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import type { Compiled } from '../engine/plan/program.ts';
import type { InputRecord } from '../engine/intake/input-record.ts';
import { advanceTime } from '../engine/protocol/advance-time.ts';
import type { ItemStore } from '../engine/protocol/item.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import { StreamProcessor } from '../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../engine/time.ts';

const endpoint = process.env['WEIR_DYNAMODB_ENDPOINT'];
if (endpoint === undefined) throw new Error('run it as bench/README.md says: WEIR_DYNAMODB_ENDPOINT is not set');
const client = new DynamoDBClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

function pipeline(rule: string): Compiled {
  const { definition, faults } = readPipeline(`pipeline: bench
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
rules:
  counted:
    from: orders
${rule}
    alert: { severity: low, title: Counted }
`);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  return compileHere(definition);
}

const sliding = pipeline(`    groupBy: { customer: event.customer }
    window: { sliding: 24h }
    aggregate: { orders: count() }
    having: orders >= 3`);
const global = pipeline(`    window: { calendar: day }
    aggregate: { orders: count(), spent: sum(event.total) }
    emit: changes`);

/** A table, with what is written to it and what of that is lost to another writer. */
class Counted {
  writes = 0;
  conflicts = 0;
  readonly store: ItemStore;
  constructor(table: ItemStore) {
    this.store = {
      get: (keys) => table.get(keys),
      query: (...asked) => table.query(...asked),
      due: (...asked) => table.due(...asked),
      put: async (items) => {
        this.writes += items.length;
        const lost = await table.put(items);
        this.conflicts += lost.length;
        return lost;
      },
    };
  }
}

let tables = 0;
async function table(): Promise<Counted> {
  const name = `bench-${String(process.pid)}-${String(++tables)}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'slot', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: dueIndex,
          KeySchema: [
            { AttributeName: 'slot', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return new Counted(new ItemTable(client, name));
}

interface Bench {
  readonly ports: Ports;
  readonly state: Counted;
  readonly alerts: Counted;
}

async function bench(): Promise<Bench> {
  const state = await table();
  const alerts = await table();
  const ports: Ports = {
    state: state.store,
    alerts: alerts.store,
    publish: () => Promise.resolve(new Set()),
    deadLetter: () => Promise.reject(new Error('an event was rejected')),
    now: () => Date.now() as EpochMillis,
  };
  return { ports, state, alerts };
}

const start = Date.now() - 3_600_000;
let sequence = 1_000_000;
function orders(count: number, customers: number, shard = '0'): InputRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const customer = `c${String(i % customers)}`;
    const at = (start + i) as EpochMillis;
    const sequenceNumber = String(++sequence);
    const event = { id: sequenceNumber, customer, at, total: 1 };
    return { stream: 'orders', shard, sequenceNumber, partitionKey: customer, arrival: at, event };
  });
}

async function timed(what: string, { state, alerts }: Bench, work: () => Promise<unknown>): Promise<void> {
  Object.assign(state, { writes: 0, conflicts: 0 });
  Object.assign(alerts, { writes: 0, conflicts: 0 });
  const began = performance.now();
  await work();
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  const counts = `${String(state.writes)} + ${String(alerts.writes)} writes, ${String(state.conflicts + alerts.conflicts)} lost`;
  console.log(`${what}: ${seconds} s, ${counts}`);
}

const large = await bench();
const process1 = new StreamProcessor(sliding, 'orders', large.ports, 'one');
await timed('10,000 records of 5,000 new keys', large, () => process1.process('0', orders(10_000, 5_000)));
await timed('10,000 records of 5,000 warm keys, each an alert', large, () =>
  process1.process('0', orders(10_000, 5_000)),
);
const process2 = new StreamProcessor(sliding, 'orders', large.ports, 'two');
await timed('10,000 records of 5,000 keys, read anew', large, () => process2.process('0', orders(10_000, 5_000)));

for (const shards of [8, 50]) {
  const many = await bench();
  const ids = Array.from({ length: shards }, (_, i) => String(i));
  const port = {
    shards: () => Promise.resolve(ids.map((id) => ({ id, parents: [], closed: false }))),
    atTip: () => Promise.resolve(false),
  };
  const advance = () => advanceTime(global, many.ports, port, Date.now() as EpochMillis);
  await advance();
  const processes = ids.map((id) => new StreamProcessor(global, 'orders', many.ports, `p${id}`));
  const name = `a global key over ${String(shards)} shards`;
  await timed(`${name}, 10 batches of 100 records on each`, many, async () => {
    for (let round = 0; round < 10; round++)
      await Promise.all(processes.map((one, i) => one.process(ids[i] ?? '', orders(100, 10, ids[i]))));
  });
  await timed(`${name}, settled by advance-time`, many, advance);
}
client.destroy();
