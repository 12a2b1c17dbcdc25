import { intakeOf, order, outcome, sums } from './intake-under-test.ts';

const deep = JSON.parse(`${'['.repeat(100_000)}1${']'.repeat(100_000)}`) as unknown;
const keeps = sums
  .replace('max(event.total)', 'last(event.total)')
  .replace('sum(event.total)', 'count(event.total != null)');

test.each([
  ['a group', { ...order, customer: 'x'.repeat(1001) }, /^invalid spent: .* larger than the 1000 characters/],
  ['an aggregated text', { ...order, total: 'x'.repeat(1001) }, /^invalid spent: .* larger than the 1000 characters/],
  ['an aggregated list', { ...order, total: ['x'.repeat(1001)] }, /^invalid spent: .* larger than the 1000 characters/],
  ['an event id', { ...order, id: 'x'.repeat(1001) }, /^invalid whole: eventId: must be at most 1000 characters/],
])('%s that no item could hold goes to the dead letters', (_, event, reason) => {
  expect(outcome(event, {}, intakeOf(keeps))).toEqual({ touches: [], reasons: [expect.stringMatching(reason)] });
});

test('an aggregated list that nobody could print goes to the dead letters', () => {
  const letters = 'event.type.split("")';
  const rule = sums
    .replace(/ {4}where: .*\n/, '')
    .replace('max(event.total)', `last(${letters}.map(a, ${letters}.map(b, [${'event, '.repeat(50)}event])))`);
  const [reason] = outcome({ ...order, type: 'x'.repeat(200) }, {}, intakeOf(rule)).reasons;
  expect(reason).toMatch(/^invalid spent: .* larger than the 1000 characters/);
});

test('an event of a rule that no memory could hold goes to the dead letters of the rule, and is for no other', () => {
  const letters = 'event.type.split("")';
  const rules = `  made:
    from: orders
    select:
      customer: event.customer
      all: ${letters}.map(a, ${letters}.map(b, [${'event, '.repeat(200)}event]))
    into: made-of-orders
  counted:
    from: made-of-orders
    window:
      tumbling: 1h
    aggregate:
      n: count()
    alert:
      severity: low
      title: x`;
  expect(outcome({ ...order, type: 'x'.repeat(200) }, {}, intakeOf(rules))).toEqual({
    touches: [],
    reasons: [expect.stringMatching(/^invalid made: select\.all: .* larger than 4194304 bytes/)],
  });
  expect(outcome({ ...order, type: 'xyz' }, {}, intakeOf(rules)).touches).toHaveLength(1);
});

test('an event that is nested deeper than any stack is an event like any other', () => {
  const intake = intakeOf(
    `${keeps}
      evidenceFields: all`,
    `
    schema:
      type: object`,
  );
  expect(outcome({ ...order, total: deep, more: deep }, {}, intake).reasons).toEqual([]);
});

test('an event deeper than its recursive schema can be followed goes to the dead letters', () => {
  const intake = intakeOf(
    sums,
    `
    schema:
      type: object
      properties:
        more:
          $ref: '#'`,
  );
  const nested = JSON.parse(`${'{"more":'.repeat(50_000)}{}${'}'.repeat(50_000)}`) as unknown;
  expect(outcome({ ...order, more: nested }, {}, intake).reasons).toEqual([expect.stringMatching(/nested too deeply/)]);
});

test.each([
  ['eventId', { ...order, id: 2 ** 53 }, /^invalid whole: eventId: .*send it as text/],
  ['a group and the partition key', { ...order, customer: 2 ** 60 }, /send it as text/],
  ['an infinite eventId', { ...order, id: Number.POSITIVE_INFINITY }, /^invalid whole: eventId: .*send it as text/],
])('%s that is a number beyond 2^53 goes to the dead letters', (_, event, reason) => {
  expect(outcome(event)).toEqual({ touches: [], reasons: [expect.stringMatching(reason)] });
});
