import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { callJson, callS3 } from '../../local/aws-call.ts';
import { type LocalRun, startLocal } from '../../local/local-run.ts';

const { definition } = loadPipelineFile('pipelines/retail/pipeline.yaml');
const alerts: Record<string, unknown>[] = [];
const problems: string[] = [];
let run: LocalRun;

beforeAll(async () => {
  run = await startLocal({
    definition: definition!,
    shards: 2,
    port: 0,
    onAlert: (body) => alerts.push(JSON.parse(body) as Record<string, unknown>),
    onLog: (source, line) => problems.push(`${source} | ${line}`),
    onProblem: (source, message) => problems.push(`${source} ! ${message}`),
  });
}, 120_000);

afterAll(() => run.stop());

function put(event: Readonly<Record<string, unknown>>): Promise<void> {
  return run.producer.put('orders', String(event['customerId']), JSON.stringify(event));
}

const dispatched = { at: new Date().toISOString(), type: 'dispatched', orderId: 'o1', customerId: 'c1', country: 'FR' };

test('an event that was put comes out as the alert that its rule asks for', async () => {
  await put({ ...dispatched, id: 'e1', total: 1234.5 });
  await run.producer.flush();
  await run.waitUntilRead();
  await run.waitForAlerts();
  expect(alerts).toContainEqual(
    expect.objectContaining({ rule: 'review-export', status: 'opened', title: 'Order o1 leaves the UK: 1234.5' }),
  );
  expect(run.totals).toMatchObject({ events: 1, invalid: 0, late: 0 });
  expect(run.delivered()).toBe(1);
});

test('an event that no rule can take lies in the dead letters, with the reason', async () => {
  await put({ ...dispatched, id: 'e2', total: 'a lot' });
  await run.producer.flush();
  await run.waitUntilRead();
  expect(run.totals).toMatchObject({ invalid: 1 });
  expect([...run.totals.deadLetters.values()]).toEqual([
    { stream: 'orders', reason: expect.stringContaining('total') as string, late: 0, invalid: 1 },
  ]);
  const list = await callS3(
    run.endpoints.messaging,
    'GET',
    `${run.outputs['DeadLetterBucketName']!}?list-type=2&prefix=invalid/`,
  );
  expect(list).toContain('<Key>invalid/');
});

test('an event that is ahead of its arrival by more than clockSkew lies there too', async () => {
  const ahead = new Date(Date.now() + 10 * 60_000).toISOString();
  await put({ ...dispatched, id: 'e3', at: ahead, total: 2000 });
  await run.producer.flush();
  await run.waitUntilRead();
  expect(run.totals).toMatchObject({ invalid: 2 });
  expect([...run.totals.deadLetters.values()].at(-1)).toMatchObject({
    reason: expect.stringContaining('clockSkew') as string,
  });
});

test('the end of time closes what is open, and what was sent again within dedupeWithin is in it once', async () => {
  const day = { at: dispatched.at, customerId: 'c9', orderId: 'o9', text: '' };
  for (const id of ['r1', 'r2', 'r1'])
    await run.producer.put('reviews', 'c9', JSON.stringify({ ...day, id, stars: 1 }));
  await run.producer.flush();
  await run.waitUntilRead();
  expect(alerts.filter(({ rule }) => rule === 'bad-reviews')).toEqual([]);
  await put({ ...dispatched, id: 'e4', customerId: 'c2', total: 25_000 });
  await run.producer.flush();
  await run.waitUntilRead();
  await run.advanceToEnd();
  await run.waitForAlerts();
  expect(alerts.filter(({ rule }) => rule === 'bad-reviews')).toEqual([
    expect.objectContaining({ values: { reviews: 2, bad: 2, stars: 1 } }),
  ]);
  // The day's result has gone through a stream of its own to the rule that reads it.
  expect(alerts.filter(({ rule }) => rule === 'good-day')).toEqual([
    expect.objectContaining({ values: { total: 26_234.5, orders: 2 } }),
  ]);
}, 60_000);

test('the resources are those of the template, under the names that its outputs tell', async () => {
  expect([...run.streams]).toContainEqual(['orders', 'retail-orders']);
  const table = (await callJson(run.endpoints.dynamodb, 'DynamoDB_20120810', 'DescribeTable', {
    TableName: run.outputs['StateTableName'],
  })) as { Table: { GlobalSecondaryIndexes: { IndexName: string }[] } };
  expect(table.Table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName)).toEqual(['due']);
  expect(problems).toEqual([]);
});
