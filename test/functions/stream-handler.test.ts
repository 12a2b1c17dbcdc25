/** What a batch tells of itself, beside the alerts that come of it. */
import type { Context } from 'aws-lambda';
import type { Log } from '../../functions/log.ts';
import type { Counted } from '../../functions/metric-names.ts';
import { streamHandler } from '../../functions/stream-handler.ts';
import { lambdaEvent } from '../../local/kinesis-batch.ts';
import { noon } from '../engine/protocol/batches.ts';
import { type Disturbance, MemoryWorld } from '../engine/protocol/memory-ports.ts';
import { compiled, withRules } from '../engine/protocol/pipelines.ts';

const rules = `  high:
    from: orders
    where: event.total > 5
    alert: { severity: low, title: High }
  first-line:
    from: orders
    where: event.lines[0].price > 5
    alert: { severity: low, title: Line }`;

const shard = 'shardId-000000000000';
const envelope = { streamArn: 'arn:stream', roleArn: 'arn:role', region: 'us-east-1' };
const context: Pick<Context, 'getRemainingTimeInMillis'> = { getRemainingTimeInMillis: () => 60_000 };

class Said implements Log {
  readonly counted: (Counted | undefined)[] = [];
  readonly errors: [rule: string, count: number][] = [];
  done = (_: string, __: object, counted?: Counted): void => void this.counted.push(counted);
  problem = (_: string, counted?: Counted): void => void this.counted.push(counted);
  expressionErrors = (rule: string, count: number): void => void this.errors.push([rule, count]);
}

function reader(log: Log, disturb?: Disturbance): (...totals: readonly number[]) => Promise<unknown> {
  const ports = new MemoryWorld().ports(disturb);
  const handler = streamHandler({ compiled: compiled(withRules(rules)), stream: 'orders', ports, process: 'p', log });
  let position = 100;
  return (...totals) => {
    const records = totals.map((total) => ({
      SequenceNumber: String(++position),
      ApproximateArrivalTimestamp: noon / 1000,
      Data: Buffer.from(JSON.stringify({ id: `e${position}`, customer: 'ann', total, at: noon })).toString('base64'),
      PartitionKey: 'ann',
    }));
    return handler(lambdaEvent(records, shard, envelope), context);
  };
}

test('a batch is one line that is its metrics, and says of which rules predicates could not be evaluated', async () => {
  const said = new Said();
  await reader(said)(7, 1);
  expect(said.counted).toEqual([
    expect.objectContaining({
      Events: 2,
      Matched: 1,
      Alerts: 1,
      Late: 0,
      Invalid: 0,
      ExpressionErrors: 2,
      Conflicts: 0,
    }),
  ]);
  expect(said.errors).toEqual([['first-line', 2]]);
});

test('a batch that fails is one that is delivered again, and the next counts none of its writes', async () => {
  const said = new Said();
  let fails = false;
  const read = reader(said, ({ on }) => {
    if (fails && on === 'topic') throw new Error('throttled');
  });
  await read(1);
  fails = true;
  expect(await read(7)).toEqual({ batchItemFailures: [{ itemIdentifier: '102' }] });
  fails = false;
  await read(1);
  // The first batch has the shard's record begin, too.
  expect(said.counted).toEqual([
    expect.objectContaining({ Writes: 2 }),
    { FailedBatches: 1 },
    expect.objectContaining({ Writes: 1 }),
  ]);
});
