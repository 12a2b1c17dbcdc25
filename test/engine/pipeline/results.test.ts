import { readPipeline } from '../../../engine/pipeline/read.ts';
import { faultsOf, pipelineWith } from './faults-of.ts';

const counting = `
    from: orders
    groupBy: { customer: event.customerId }
    window: { tumbling: 1h }
    aggregate: { n: count() }
    into: counts`;

const reader = (where: string): string => `
  reader:
    from: counts
    where: ${where}
    alert: { severity: low, title: x }`;

const withReader = (rule: string, where = 'event.n > 5'): string => pipelineWith(rule) + reader(where).slice(1);

test('the results of a window are told finally, with all that is known of it', () => {
  const { definition, faults } = readPipeline(withReader(counting));
  expect(faults).toEqual([]);
  expect(definition?.rules[0]).toMatchObject({
    emit: 'final',
    into: 'counts',
    select: ['customer', 'n', 'windowStart', 'windowEnd'].map((name) => ({ name })),
  });
});

test.each(['threshold', 'changes'])(
  'results that are revised (%s) are no input: it is said where, and what is',
  (emit) => {
    const [fault, ...others] = faultsOf(withReader(`${counting}\n    emit: ${emit}`));
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      code: 'rule.emit.not-final',
      message: expect.stringContaining("'reader' reads 'counts'") as string,
      allowed: expect.stringContaining("'emit: final'") as string,
    });
    expect(fault?.place.line).toBe(14);
  },
);

test('several rules put results that are revised into one stream, and none that are told once', () => {
  const changing = `${counting}\n    emit: changes`;
  const both = (other: string): string => pipelineWith(changing) + `\n  other:${other}`;
  expect(faultsOf(both(changing))).toEqual([]);
  const passing = '\n    from: orders\n    into: counts';
  for (const other of [counting, passing])
    expect(faultsOf(both(other))).toMatchObject([
      { code: 'rule.into.revised', message: expect.stringContaining("'other'") as string },
    ]);
});

test('what a rule in shadow makes is read by rules in shadow alone', () => {
  const inShadow = `\n    mode: shadow${counting}`;
  expect(faultsOf(withReader(inShadow)).map(({ code }) => code)).toEqual(['rule.from.shadow']);
  expect(faultsOf(withReader(inShadow).replace('from: counts', 'from: counts\n    mode: shadow'))).toEqual([]);
  expect(faultsOf(withReader(inShadow).replace('from: counts', "from: counts\n    mode: 'off'"))).toEqual([]);
});

test.each([
  ['without select', counting, 'event.spent > 5'],
  ['of select', `${counting}\n    select: { spent: n * 2 }`, 'event.n > 5'],
])('a field that results do not have is found (%s)', (_, rule, where) => {
  expect(faultsOf(withReader(rule, where)).map(({ code }) => code)).toEqual(['rule.where.unknown-field']);
});

test('select sees what having sees, and nothing of an event', () => {
  const rule = (select: string): string => withReader(`${counting}\n    select: { n: ${select} }`);
  expect(faultsOf(rule('n + 1'))).toEqual([]);
  expect(faultsOf(rule('event.total')).map(({ code }) => code)).toEqual(['rule.select.unknown-name']);
});

test('results do not lead back to the windows that they are of', () => {
  const rule = counting.replace('from: orders', 'from: [orders, again]');
  const back = `
  back:
    from: counts
    select: { customerId: event.customer }
    into: again
`;
  expect(faultsOf(pipelineWith(rule) + back.slice(1)).map(({ code }) => code)).toContain('rule.into.cycle');
});

const paid = `
    groupBy: { customer: event.customerId }
    sequence: [{ placed: { from: orders } }, { paid: { from: orders, where: event.paid } }]
    within: 1h
    into: counts`;
const pairs = `
    join:
      left: { from: orders, as: one }
      right: { from: orders, as: other }
      on: { left: event.id, right: event.ref }
      within: 1h
    select: { total: one.total }
    into: counts`;
const once = `
    from: orders
    groupBy: { customer: event.customerId }
    distinct: { within: 1h }
    into: counts`;

test.each([
  ['a sequence', paid, ['customer', 'placed', 'paid', 'windowStart', 'windowEnd'], 'placed.total'],
  ['a join', pairs, ['total'], 'total'],
  ['distinct', once, undefined, 'total'],
])('the results of %s are told finally, with all that is known of them', (_, rule, names, field) => {
  const { definition, faults } = readPipeline(withReader(rule, `event.${field} > 0`));
  expect(faults).toEqual([]);
  expect(definition?.rules[0]).toMatchObject({ emit: 'final', into: 'counts' });
  expect(definition?.rules[0]?.select?.map(({ name }) => name)).toEqual(names);
});

test.each([
  ['a sequence', paid],
  ['a join', pairs],
])('a field that the results of %s do not have is found', (_, rule) => {
  expect(faultsOf(withReader(rule, 'event.spent > 5')).map(({ code }) => code)).toEqual(['rule.where.unknown-field']);
});

test('events that distinct passes on have the fields of their stream', () => {
  const closed =
    '    schema: { type: object, properties: { id: {}, customerId: {}, at: {} }, additionalProperties: false }';
  const text = withReader(once, 'event.total > 5').replace('    eventId: event.id', `    eventId: event.id\n${closed}`);
  expect(faultsOf(text).map(({ code }) => code)).toEqual(['rule.where.unknown-field']);
});

test('when a sequence speaks is not asked, and it is said why', () => {
  const faults = faultsOf(withReader(`${paid}\n    emit: changes`, 'event.placed.total > 5'));
  expect(faults.map(({ code }) => code)).toEqual(['rule.emit.sequence']);
});
