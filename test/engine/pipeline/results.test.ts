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
