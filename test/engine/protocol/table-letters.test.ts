import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { noon, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

function pipelineWith(kind: string, tables = '', rules = ''): Compiled {
  const text = withRules(`  gold:
    from: orders
    where: tables.kinds[event.customer].kind == "gold"
    alert: { severity: low, title: 'x' }
${rules}`);
  return compiled(
    text.replace(
      'rules:',
      `tables:\n  kinds: { from: carts, key: event.customer, value: { kind: '${kind}' } }\n${tables}rules:`,
    ),
  );
}

const asSent = pipelineWith('event.kind');
const corrected = pipelineWith('event.?kind.orValue("gold")');

let processes = 0;
function process(pipeline: Compiled, world: MemoryWorld, ...records: readonly InputRecord[]) {
  const stream = records[0]?.stream ?? '';
  return new StreamProcessor(pipeline, stream, world.ports(), `p${++processes}`).process('0', records);
}

function put(pipeline: Compiled, world: MemoryWorld, one: InputRecord, rule: string, dryRun = false) {
  return redrive(pipeline, world.ports(), [{ record: one, rule }], { late: false, dryRun }).then(
    ({ letters }) => letters[0],
  );
}

const lettersOf = (world: MemoryWorld): unknown[] =>
  [...world.letters.values()].flatMap(({ lines }) => lines.map((line) => JSON.parse(line) as unknown));
const rulesTold = (world: MemoryWorld): string[] => alertsOf(world).map(({ rule }) => rule);

const kindOf = (minute: number, kind: string): InputRecord => record({ stream: 'carts', minute, kind });
/** Without the field that the table keeps. */
const cart: InputRecord = { ...kindOf(1, ''), event: { id: 'c', customer: 'ann', at: noon } };

test('an event that could be no row is put back for its table, once, when the table is corrected', async () => {
  const world = new MemoryWorld();
  await process(asSent, world, cart);
  expect(lettersOf(world)).toEqual([expect.objectContaining({ rule: 'tables.kinds' })]);
  const refused = { putBack: [], alreadyThere: [], refused: [expect.objectContaining({ rule: 'tables.kinds' })] };
  expect(await put(asSent, world, cart, 'tables.kinds')).toEqual(refused);

  const done = { putBack: ['tables.kinds'], alreadyThere: [], refused: [] };
  expect(await put(corrected, world, cart, 'tables.kinds', true)).toEqual(done);
  expect(await put(corrected, world, cart, 'tables.kinds')).toEqual(done);
  expect(await put(corrected, world, cart, 'tables.kinds')).toEqual({
    ...done,
    putBack: [],
    alreadyThere: ['tables.kinds'],
  });
  await process(corrected, world, record({ minute: 2 }));
  expect(rulesTold(world)).toEqual(['gold']);
});

test('an event is put back for a rule alone, and for its table alone', async () => {
  const world = new MemoryWorld();
  await process(asSent, world, cart);
  const counts = `  counts:
    from: carts
    alert: { severity: low, title: 'x' }`;
  const pipeline = pipelineWith('event.?kind.orValue("gold")', '', counts);
  const outcome = { putBack: [], alreadyThere: [], refused: [] };
  expect(await put(pipeline, world, cart, 'counts')).toEqual({ ...outcome, putBack: ['counts'] });
  expect(await put(pipeline, world, cart, 'tables.kinds')).toEqual({ ...outcome, putBack: ['tables.kinds'] });
  expect(rulesTold(world)).toEqual(['counts']);
});

test('a letter for a table that is there no more is refused', async () => {
  const letter = await put(
    compiled(withRules('  r: { from: carts, alert: { severity: low, title: x } }')),
    new MemoryWorld(),
    cart,
    'tables.kinds',
  );
  expect(letter?.refused).toEqual([{ reason: 'the pipeline has no table "kinds" of a stream' }]);
});

test('what a rule makes of an event that is put back for it is a row too', async () => {
  const rules = `  tidy:
    from: orders
    where: event.kind == "tidy"
    select: { customer: event.customer, kind: 'tables.kinds[event.customer].kind' }
    into: tidied
  seen:
    from: orders
    where: event.customer in tables.seen
    alert: { severity: low, title: 'x' }`;
  const tables = `  seen: { from: tidied, key: event.customer, value: { kind: event.kind } }\n`;
  const pipeline = pipelineWith('event.kind', tables, rules);
  const world = new MemoryWorld();
  const first = record({ minute: 2, kind: 'tidy' });
  await process(pipeline, world, first);
  expect(lettersOf(world)).toEqual([expect.objectContaining({ rule: 'tidy' })]);
  await process(pipeline, world, kindOf(1, 'tin'));
  expect(await put(pipeline, world, first, 'tidy')).toEqual({
    putBack: ['tables.seen'],
    alreadyThere: [],
    refused: [],
  });
  await process(pipeline, world, record({ minute: 3 }));
  expect(rulesTold(world)).toEqual(['seen']);
});

test('a letter names the other events of its record that the rule got, as the rows had them made', async () => {
  const rules = `  numbers:
    from: orders
    where: tables.kinds[event.customer].kind == "gold"
    select: { value: event.total }
    into: values
  texts:
    from: orders
    select: { value: '"text"' }
    into: values
  sums:
    from: values
    window: { tumbling: 1h }
    aggregate: { total: sum(event.value) }
    having: total > 0
    alert: { severity: low, title: 'x' }`;
  const pipeline = pipelineWith('event.?kind.orValue("gold")', '', rules);
  const world = new MemoryWorld();
  await process(pipeline, world, cart);
  await process(pipeline, world, record({ minute: 2, id: 'e', total: 5 }));
  expect(lettersOf(world)).toEqual([expect.objectContaining({ rule: 'sums', except: ['e/numbers'] })]);
});
