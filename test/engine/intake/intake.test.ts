import { readPipeline } from '../../../engine/pipeline/read.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { Intake } from '../../../engine/intake/intake.ts';
import { Collected } from '../../../engine/intake/receiver.ts';
import { intakeOf, noon, order, outcome, record, sums } from './intake-under-test.ts';

test('an event that a rule counts is a touch of its key', () => {
  expect(outcome(order)).toEqual({ touches: [[['ann'], [10, 10, null]]], reasons: [] });
});

test.each([
  ['a text', 'hello'],
  ['a list', [order]],
  ['null', null],
  ['a number', 5],
  ['nothing', undefined],
])('rejects an event that is %s', (_, event) => {
  const { touches, reasons } = outcome(event);
  expect(touches).toEqual([]);
  expect(reasons).toEqual([expect.stringMatching(/^invalid whole: an event must be a JSON object; this is /)]);
});

test.each([
  ['eventTime is missing', { ...order, at: undefined }, /^invalid whole: eventTime: /],
  ['eventTime is no time', { ...order, at: 'soon' }, /^invalid whole: eventTime: "soon" is not ISO-8601/],
  [
    'eventId is missing',
    { ...order, id: undefined },
    /^invalid whole: eventId: event\.id has no usable value \(event\.id is missing\)$/,
  ],
  ['eventId is empty', { ...order, id: '' }, /^invalid whole: eventId: must not be empty$/],
  ['eventId is null', { ...order, id: null }, /^invalid whole: eventId: must be a text or a number/],
  ['eventId is an object', { ...order, id: {} }, /^invalid whole: eventId: must be a text or a number/],
  [
    'a group is missing',
    { ...order, customer: undefined },
    /^invalid spent: groupBy\.customer: event\.customer has no usable value/,
  ],
  ['a group is null', { ...order, customer: null }, /^invalid spent: groupBy\.customer/],
  ['a group is a list', { ...order, customer: ['ann'] }, /^invalid spent: groupBy\.customer/],
  [
    'a value is missing',
    { id: 'e1', type: 'order', customer: 'ann', at: noon },
    /^invalid spent: aggregate\.spent: .*event\.total/,
  ],
  ['a value is a text', { ...order, total: '10' }, /^invalid spent: aggregate\.spent/],
  [
    'a value is infinite',
    JSON.parse('{"id":"e1","type":"order","customer":"ann","total":1e400,"at":"2026-03-02T12:00:00Z"}'),
    /^invalid spent: aggregate\.spent/,
  ],
])('%s: the event goes to the dead letters', (_, event, reason) => {
  const { touches, reasons } = outcome(event);
  expect(touches).toEqual([]);
  expect(reasons).toEqual([expect.stringMatching(reason)]);
});

test('a value that is null is left out of its aggregate, and the event still counts', () => {
  expect(outcome({ ...order, total: null })).toEqual({ touches: [[['ann'], [null, null, null]]], reasons: [] });
});

test('a where that fails does not match, and is counted', () => {
  const intake = intakeOf(sums);
  expect(outcome({ id: 'e1', customer: 'ann', at: noon }, {}, intake)).toEqual({ touches: [], reasons: [] });
  expect(intake.intake.predicateFailures).toEqual([1]);
});

test('a where that is no boolean does not match, and is counted', () => {
  const intake = intakeOf(sums.replace('event.type == "order"', 'event.type'));
  expect(outcome(order, {}, intake)).toEqual({ touches: [], reasons: [] });
  expect(intake.intake.predicateFailures).toEqual([1]);
});

test('names of Object.prototype are missing where the event does not have them', () => {
  const intake = intakeOf(
    sums.replace('customer: event.customer', 'customer: event.constructor').replaceAll('event.total', 'event.toString'),
  );
  expect(outcome(order, {}, intake).reasons).toEqual([expect.stringMatching(/groupBy\.customer: event\.constructor/)]);
  const own = JSON.parse(
    '{"id":"e","type":"order","customer":"ann","constructor":"c","toString":4,"__proto__":{"total":9},"at":"2026-03-02T12:00:00Z"}',
  ) as object;
  expect(outcome(own, {}, intake)).toEqual({ touches: [[['c'], [4, 4, null]]], reasons: [] });
});

test('a __proto__ in an event gives it no field', () => {
  const event = JSON.parse(
    JSON.stringify({ id: 'e1', type: 'order', customer: 'ann', at: noon }).replace('{', '{"__proto__":{"total":9},'),
  ) as object;
  expect(outcome(event).reasons).toEqual([expect.stringMatching(/aggregate\.spent/)]);
});

test.each([
  [5 * 60_000, []],
  [
    5 * 60_000 + 1,
    [
      expect.stringMatching(
        /^invalid whole: eventTime: .* is later than the event's arrival at .* by more than clockSkew/,
      ),
    ],
  ],
])('an event %p ms ahead of its arrival', (ahead, reasons) => {
  expect(outcome({ ...order, at: noon + ahead }).reasons).toEqual(reasons);
});

test.each([
  ['the key of the event', 'ann', []],
  ['another key', 'bob', [expect.stringMatching(/^invalid whole: partitionKey/)]],
])('a record with %s', (_, partitionKey, reasons) => {
  expect(outcome(order, { partitionKey }).reasons).toEqual(reasons);
});

test('where the partition key of the event fails, any key of the record is taken', () => {
  const intake = intakeOf(sums.replace('customer: event.customer', 'customer: event.type'));
  expect(outcome({ ...order, customer: undefined }, { partitionKey: 'whatever' }, intake).reasons).toEqual([]);
});

test('a number is a partition key as it is written', () => {
  expect(outcome({ ...order, customer: 12 }, { partitionKey: '12' }).reasons).toEqual([]);
});

test('an unreadable record says why', () => {
  expect(outcome(undefined, { unreadable: 'not JSON' }).reasons).toEqual(['invalid whole: not JSON']);
});

test('a stream that is not declared is rejected', () => {
  expect(outcome(order, { stream: 'constructor' }).reasons).toEqual([expect.stringMatching(/no stream "constructor"/)]);
});

test('an event that does not fit its schema says where', () => {
  const intake = intakeOf(
    sums,
    `
    schema:
      type: object
      required: [total]
      properties:
        total:
          type: number
          minimum: 0`,
  );
  expect(outcome(order, {}, intake).reasons).toEqual([]);
  expect(outcome({ ...order, total: -1 }, {}, intake).reasons).toEqual([
    expect.stringMatching(/^invalid whole: schema: event\.total must be >= 0/),
  ]);
  expect(outcome({ ...order, total: undefined }, {}, intake).reasons).toEqual([
    expect.stringMatching(/^invalid whole: schema: /),
  ]);
});

const chain = `  tidy:
    from: orders
    where: event.total > 1
    select:
      customer: event.customer
      total: event.total * 2
    into: tidied
  again:
    from: tidied
    select:
      total: event.total + 1
      of: meta.stream
      id: meta.eventId
    into: tidier
  spent:
    from: tidier
    window:
      tumbling: 1h
    aggregate:
      spent: sum(event.total)
      streams: collect(event.of, 5)
      ids: collect(event.id, 5)
    having: spent > 5
    alert:
      severity: low
      title: 'x'`;

test('events of derived streams are made within the record, each with its id and place', () => {
  const intake = intakeOf(chain);
  expect(outcome(order, {}, intake)).toEqual({ touches: [[[], [21, 'tidied', 'e1/tidy']]], reasons: [] });
  expect(intake.found.touches[0]?.touch.event).toMatchObject({
    stream: 'tidier',
    id: 'e1/tidy/again',
    shard: 'orders/0',
    sequenceNumber: '7',
    index: 2,
    t: noon,
  });
});

test('a value that fails in a select rejects the event for that rule', () => {
  expect(outcome({ ...order, customer: undefined }, {}, intakeOf(chain)).reasons).toEqual([
    expect.stringMatching(/^invalid tidy: select\.customer: event\.customer/),
  ]);
});

test('without an event id, stream, shard, sequence number and index are one', () => {
  const { definition } = readPipeline(`pipeline: test
streams:
  orders:
    partitionKey: event.customer
rules:
  all:
    from: orders
    alert:
      severity: low
      title: 'x'`);
  if (definition === undefined) throw new Error('faults');
  const found = new Collected();
  const intake = new Intake(compileHere(definition), found, () => undefined);
  expect(intake.read(record({}))).toBe(noon);
  expect(found.matches[0]?.touch.event).toMatchObject({ id: 'orders/0/7/0', t: noon });
});

test('a record without a time of arrival arrives with its event, or with the one before', () => {
  const { intake } = intakeOf(sums);
  const unclocked = (at: number): InputRecord => {
    const { arrival: _, ...rest } = record({ ...order, at });
    return rest;
  };
  expect(intake.read(unclocked(noon))).toBe(noon);
  expect(intake.lastArrival).toBe(noon);
  expect(intake.read(unclocked(noon - 1000))).toBe(noon - 1000);
  expect(intake.lastArrival).toBe(noon);
});
