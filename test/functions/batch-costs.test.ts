import { ItemTable } from '../../adapters/dynamodb.ts';
import { readPipeline } from '../../engine/pipeline/read.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import type { BatchReport } from '../../engine/protocol/batch-report.ts';
import { StreamProcessor } from '../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../engine/time.ts';
import { inputRecords } from '../../functions/input-records.ts';
import { lambdaEvent } from '../../local/kinesis-batch.ts';
import { tableUnderTest } from '../local/dynamodb/table-under-test.ts';
import { countItems, type ItemCounts } from './counted-items.ts';

const stateTable = tableUnderTest();
const alertTable = tableUnderTest();
const shard = 'shardId-000000000000';
const envelope = { streamArn: 'arn:stream', roleArn: 'arn:role', region: 'us-east-1' };

interface Order {
  readonly customer: string;
  readonly at: string;
  readonly total: number;
}

interface Cost {
  readonly report: BatchReport;
  readonly state: ItemCounts;
  readonly alerts: ItemCounts;
}

let position = 0;

/** A function that has just started, and what each of its batches costs. */
function started(rule: string, dedupeWithin = '10m'): (orders: readonly Order[]) => Promise<Cost> {
  const text = `
pipeline: costs
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id, dedupeWithin: ${dedupeWithin} }
rules:
  counted:
    from: orders
${rule.replaceAll(/^/gm, '    ')}
    alert: { severity: low, title: Counted }
`;
  const { definition, faults } = readPipeline(text);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  const ports = {
    state: new ItemTable(stateTable.client, stateTable.name),
    alerts: new ItemTable(alertTable.client, alertTable.name),
    publish: () => Promise.resolve(new Set<string>()),
    deadLetter: () => Promise.reject(new Error('an event was rejected')),
    now: () => Date.now() as EpochMillis,
  };
  const processor = new StreamProcessor(compileHere(definition), 'orders', ports, 'this process');
  const state = countItems(stateTable.client);
  const alerts = countItems(alertTable.client);
  return async (orders) => {
    Object.assign(state, { writes: 0, reads: 0, queries: 0 });
    Object.assign(alerts, { writes: 0, reads: 0, queries: 0 });
    const records = orders.map((order) => {
      position += 1;
      return {
        SequenceNumber: String(position),
        ApproximateArrivalTimestamp: Date.now() / 1000,
        Data: Buffer.from(JSON.stringify({ id: String(position), ...order })).toString('base64'),
        PartitionKey: order.customer,
      };
    });
    const report = await processor.process(shard, inputRecords('orders', shard, lambdaEvent(records, shard, envelope)));
    return { report, state: { ...state }, alerts: { ...alerts } };
  };
}

const customers = Array.from({ length: 120 }, (_, index) => `c${String(index)}`);
const eachOf = (list: readonly string[], time: string, total = 10): Order[] =>
  list.map((customer) => ({ customer, at: `2026-03-02T${time}:00Z`, total }));

/** The shard's record and the watermarks, which every batch begins with. */
const first = { reads: 2, queries: 0 };
const none = { reads: 0, queries: 0 };
/** The shard's record, and the ids that the batch brought. */
const perBatch = 2;
/** The count of a rule's messages is put once for what is told together, of a hundred keys at a time. */
const counts = Math.ceil(120 / 100);

const sliding = `
groupBy: { customer: event.customer }
window: { sliding: 24h }
aggregate: { orders: count() }
having: orders >= 3`;

const hourly = `
groupBy: { customer: event.customer }
window: { tumbling: 1h }
aggregate: { spent: sum(event.total) }
having: spent >= 100
emit: changes`;

const daily = `
window: { calendar: day }
aggregate: { spent: sum(event.total) }
emit: changes`;

test('a batch writes each pane once, however many events it got, and the shard once', async () => {
  const process = started(sliding);
  await process(eachOf(['c0'], '08:00'));
  const twice = [...eachOf(customers, '09:00'), ...eachOf(customers.slice(1), '09:30')];
  const { state, alerts } = await process(twice);
  expect(state).toEqual({ writes: customers.length + perBatch, ...first });
  expect(alerts).toEqual({ writes: 0, ...none });
});

test('where ids are not remembered a batch writes its panes and the shard, and nothing else', async () => {
  const process = started(sliding, '0s');
  await process(eachOf(['c0'], '08:00'));
  const { state } = await process(eachOf(customers, '09:00'));
  expect(state).toEqual({ writes: customers.length + 1, ...first });
});

test('an opening costs two writes, an amendment one, what is told together one more, and a warm key no read', async () => {
  const process = started(sliding);
  await process([...eachOf(customers, '09:00'), ...eachOf(customers, '09:10')]);

  const opening = await process(eachOf(customers, '09:20'));
  expect(opening.report).toMatchObject({ alerts: customers.length, amended: 0 });
  expect(opening.state).toEqual({ writes: customers.length + perBatch, ...first });
  expect(opening.alerts).toEqual({ writes: 2 * customers.length + counts, ...none });

  const amendment = await process(eachOf(customers, '09:30'));
  expect(amendment.report).toMatchObject({ alerts: 0, amended: customers.length });
  expect(amendment.state).toEqual({ writes: customers.length + perBatch, ...first });
  expect(amendment.alerts).toEqual({ writes: customers.length, ...none });
});

test('a withdrawal and a reopening cost two writes each', async () => {
  const process = started(hourly);
  const opening = await process(eachOf(customers, '09:00', 150));
  expect(opening.report).toMatchObject({ alerts: customers.length });

  const withdrawal = await process(eachOf(customers, '09:10', -100));
  expect(withdrawal.report).toMatchObject({ alerts: 0, withdrawn: customers.length });
  expect(withdrawal.state).toEqual({ writes: customers.length + perBatch, ...first });
  expect(withdrawal.alerts).toEqual({ writes: 2 * customers.length + counts, ...none });

  const reopening = await process(eachOf(customers, '09:20', 100));
  expect(reopening.report).toMatchObject({ alerts: customers.length });
  expect(reopening.alerts).toEqual({ writes: 2 * customers.length + counts, ...none });
});

test('a new pane of a warm key is not read either', async () => {
  const process = started(hourly);
  await process(eachOf(customers, '09:00'));
  const { state, alerts } = await process(eachOf(customers, '10:00'));
  expect(state).toEqual({ writes: customers.length + perBatch, ...first });
  expect(alerts).toEqual({ writes: 0, ...none });
});

test('an alert of a stateless rule costs two writes and no state', async () => {
  const process = started('where: event.total > 100');
  const { state, alerts } = await process([...eachOf(customers, '09:00', 150), ...eachOf(customers, '09:00', 50)]);
  // The shard's record, which begins with its first batch and is read once more then.
  expect(state).toMatchObject({ writes: 2, reads: 4 });
  expect(alerts).toEqual({ writes: 2 * customers.length + counts, ...none });
});

test('a total that all shards write costs two rounds of reading its panes and its record', async () => {
  const process = started(daily);
  const opening = await process(eachOf(customers, '09:00'));
  expect(opening.report).toMatchObject({ alerts: 1 });
  // The pane, where the rule begins, what the shard takes over, and that its record begins.
  expect(opening.state).toMatchObject({ writes: 4 + perBatch });
  expect(opening.alerts).toMatchObject({ writes: 2 + 1 });

  const amendment = await process(eachOf(customers, '10:00'));
  expect(amendment.report).toMatchObject({ amended: 1 });
  expect(amendment.state).toEqual({ writes: 1 + perBatch, reads: 2, queries: 2 });
  expect(amendment.alerts).toEqual({ writes: 1, reads: 2, queries: 0 });
});

test('a batch that comes again after it was finished writes nothing', async () => {
  const process = started(sliding);
  const orders = eachOf(customers, '09:00');
  const before = position;
  await process(orders);
  position = before;
  const { report, state, alerts } = await process(orders);
  expect(report).toMatchObject({ records: customers.length, repeated: customers.length });
  expect(state).toEqual({ writes: 0, ...first });
  expect(alerts).toEqual({ writes: 0, ...none });
});

test('a function that starts anew reads the panes that the windows of its keys can touch, in hundreds', async () => {
  await started(sliding)(eachOf(customers, '09:00'));
  const { state } = await started(sliding)(eachOf(customers, '09:10'));
  // The pane and the two before it, for nobody has written one after it; and what its shard took over, which is new.
  expect(state).toEqual({ writes: customers.length + perBatch, reads: 3 + 3 * customers.length, queries: 2 });
});
