import { parseExpression } from '../../../engine/expression/parse.ts';
import { faultsOf, typedScope } from './evaluate.ts';

const scope = typedScope({
  event: 'dyn',
  customer: 'dyn',
  orders: 'number',
  params: { highValue: 'number', country: 'string' },
  window: { start: 'timestamp', end: 'timestamp' },
});

function faults(source: string) {
  const checked = parseExpression(source, scope);
  return checked.ok ? [] : checked.faults;
}

const seen = (source: string): string[] => faultsOf(source, scope);

test.each([
  ['evnt.total > 5', 'unknown-name: evnt', 'event.total > 5'],
  ['params.highvalue > 5', 'unknown-field: highvalue', 'params.highValue > 5'],
  ['window.strat < window.end', 'unknown-field: strat', 'window.start < window.end'],
  ['event.name.startWith("a")', 'unknown-function: startWith', 'event.name.startsWith("a")'],
  ['sizee(event.items) > 1', 'unknown-function: sizee', 'size(event.items) > 1'],
  ['event.total = 5', 'syntax: =', 'event.total == 5'],
  ['event.total === 5', 'syntax: =', 'event.total == 5'],
  ['event.a and event.b', 'syntax: and', 'event.a && event.b'],
  ['event.a or event.b', 'syntax: or', 'event.a || event.b'],
  ['event.a & event.b', 'syntax: &', 'event.a && event.b'],
  ['event.in', 'syntax: in', 'event["in"]'],
  ['window.end - 1h > window.start', 'syntax: h', 'window.end - duration("1h") > window.start'],
  ['window.end - 1d12h > window.start', 'syntax: d12h', 'window.end - duration("1d12h") > window.start'],
  ['event.total.orValue(0)', 'type: event.total', 'event.?total.orValue(0)'],
])('%s is refused, and its rewriting has no fault', (source, expected, rewritten) => {
  expect(seen(source)).toEqual([expected]);
  expect(faults(source)[0]?.rewritten).toBe(rewritten);
  expect(faults(rewritten)).toEqual([]);
});

test.each([
  ['', 'syntax: '],
  ['event.total >', 'syntax: '],
  ['(event.total', 'syntax: '],
  ['event.total > > 5', 'syntax: >'],
  ['event.total ) 5', 'syntax: )'],
  ['"open', 'syntax: "open'],
  ['package == 1', 'reserved-name: package'],
  ['status == "x"', 'unknown-name: status'],
  ['type == "x"', 'unknown-name: type'],
  ['event.order-id == 1', 'unknown-name: id'],
  ['size == 1', 'unknown-name: size'],
  ['b"abc" == event.x', 'not-claimed: b"abc"'],
  ['event.x == 1u', 'not-claimed: 1u'],
  ['type(event.x) == 1', 'not-claimed: type(event.x)'],
  ['bytes(event.x) == 1', 'not-claimed: bytes(event.x)'],
  ['google.protobuf.Timestamp', 'not-claimed: google'],
  ['Order{id: 1}', 'not-claimed: {'],
  ['event.`a-b`', 'not-claimed: `'],
  ['cel.bind(x, 1, x)', 'not-claimed: cel.bind(x, 1, x)'],
  ['event.m.all(k, v, v > 1)', 'not-claimed: event.m.all(k, v, v > 1)'],
  ['{1: 2} == event', 'not-claimed: 1'],
  ['9007199254740992 > event.x', 'integer-too-large: 9007199254740992'],
  ['tables.rates[event.currency].gbp > 1', 'tables-not-here: tables'],
  ['contains(event.x, "a")', 'unknown-function: contains(event.x, "a")'],
  ['event.x.int()', 'unknown-function: event.x.int()'],
  ['event.x.contains()', 'wrong-arguments: event.x.contains()'],
  ['event.x.contains(1)', 'type: event.x.contains(1)'],
  ['has(event)', 'wrong-arguments: has(event)'],
  ['event.items.exists(x.y, true)', 'wrong-arguments: y'],
  ['event.items.exists(true)', 'wrong-arguments: event.items.exists(true)'],
  ['orders > "3"', 'type: orders > "3"'],
  ['orders == "3"', 'type: orders == "3"'],
  ['orders + "3"', 'type: orders + "3"'],
  ['orders && true', 'type: orders'],
  ['!orders', 'type: orders'],
  ['-"a"', 'type: "a"'],
  ['orders ? 1 : 2', 'type: orders'],
  ['orders.total', 'type: orders.total'],
  ['orders[0]', 'type: orders[0]'],
  ['[1]["a"]', 'type: [1]["a"]'],
  ['orders.exists(x, true)', 'type: orders'],
  ['event.items.all(x, x + 1 + size(x))', 'type: x + 1 + size(x)'],
  ['1 in 2', 'type: 1 in 2'],
  ['1 in {}', 'type: 1 in {}'],
  ['event.?x', 'type: event.?x'],
  ['event.?x + 1', 'type: event.?x'],
  ['event.?x == 1', 'type: event.?x'],
  ['optional.of(1).or(2)', 'type: optional.of(1).or(2)'],
  ['optional.some(1)', 'unknown-function: optional.some'],
  ['event.x.matches("(a")', 'bad-pattern: "(a"'],
  ['matches(event.x, "a(?=b)")', 'bad-pattern: "a(?=b)"'],
  ['duration("5 minutes") < duration("1h")', 'bad-duration: "5 minutes"'],
  ['timestamp("2026-02-30T00:00:00Z") < window.end', 'bad-time: "2026-02-30T00:00:00Z"'],
  ['window.start.getHours("Europe/Lodnon")', 'bad-zone: "Europe/Lodnon"'],
  ['sum(event.total) > 1', 'aggregate-not-here: sum(event.total)'],
  ['max(orders, 5) > 1', 'aggregate-not-here: max(orders, 5)'],
])('%s is refused as %s', (source, expected) => {
  expect(seen(source)).toEqual([expected]);
});

test('a function that nobody knows is taken for an aggregate where one may stand: its argument sees the event', () => {
  const results = typedScope({ event: 'dyn', meta: 'map', params: {} }, true);
  expect(faultsOf('countIf(event.total > 5)', results)).toEqual(['unknown-function: countIf']);
  expect(faultsOf('median(event.total)', results)).toEqual(['unknown-function: median']);
  expect(faultsOf('size(event.items)', results)).toEqual(['unknown-name: event']);
});

test('all faults of an expression are reported at once, in its order', () => {
  expect(seen('evnt.a == 1u && params.b > orders.c && foo(event.x) || event.?x && b"a" == type(event.y)')).toEqual([
    'unknown-name: evnt',
    'not-claimed: 1u',
    'unknown-field: b',
    'type: orders.c',
    'unknown-function: foo',
    'type: event.?x',
    'not-claimed: b"a"',
    'not-claimed: type(event.y)',
  ]);
});

test('a fault says what is allowed in the words of the user', () => {
  expect(faults('params.limit > 1')[0]?.allowed).toBe('params.highValue, params.country');
  expect(faults('status == "x"')[0]?.allowed).toBe(
    'event.status for a field of the event; names: event, customer, orders, params, window',
  );
  expect(faults('event.x.substring("a")')[0]?.allowed).toBe('text.substring(number, number?)');
  expect(faults('orders > "3"')[0]?.message).toBe('> cannot work on a number and a text.');
});

test.each([
  ['event.country not in ["GB"]', '!(…), as in !(x in list)'],
  ['event.country like "G%"', 'x.startsWith("a"), x.contains("a"), x.matches("^a.*z$")'],
  ['event.note IS null', '=='],
  ['event.total between 1 and 5', 'x >= 1 && x <= 5'],
  ['len(event.items) > 3', 'size(x)'],
  ['event.items.length() > 3', 'size(x)'],
  ['now() > window.end', 'times of events, such as meta.eventTime: rules have no clock'],
  ['median(event.total) > 3', 'percentile(x, 50)'],
])('%s is refused with what it is called here', (source, allowed) => {
  expect(faults(source).map((fault) => fault.allowed)).toEqual([allowed]);
});

test('where events have names of their own, `event` is told to be one of them', () => {
  const names = { ...typedScope({ params: {}, order: 'map', review: 'map' }), events: ['order', 'review'] };
  const checked = parseExpression('event.stars > 2', names);
  expect(checked.ok ? [] : checked.faults.map(({ message, allowed }) => [message, allowed])).toEqual([
    [
      'There is no event here: each event has a name of its own.',
      'a field of one, as in order.x; names: params, order, review',
    ],
  ]);
});

test.each([
  ['event.x', 'dyn'],
  ['event.x > 1', 'bool'],
  ['orders / 2', 'number'],
  ['event.x + 1', 'number'],
  ['event.x + event.y', 'dyn'],
  ['event.x + "a"', 'string'],
  ['window.end - window.start', 'duration'],
  ['window.end - duration("1h")', 'timestamp'],
  ['true ? 1 : 2.5', 'number'],
  ['true ? 1 : "a"', 'dyn'],
  ['(true ? event.?a : event.?b).orValue(1)', 'dyn'],
  ['event.?a == optional.none()', 'bool'],
  ['params', 'map'],
  ['params.country', 'string'],
  ['event.items.map(x, x.y)', 'list'],
  ['null', 'null'],
  ['event.x == null', 'bool'],
  ['orders == null', 'bool'],
])('%s has the type %s', (source, type) => {
  const checked = parseExpression(source, scope);
  expect(checked.ok && checked.value.type).toBe(type);
});
