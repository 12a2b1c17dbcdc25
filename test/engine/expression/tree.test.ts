import { aggregateCall } from '../../../engine/expression/aggregate-call.ts';
import { canonical, reads, walk } from '../../../engine/expression/tree.ts';
import { parsed, scopeOf } from './evaluate.ts';

const scope = scopeOf({ event: {}, params: {}, customer: {} });
const readsOf = (source: string): string[] => reads(parsed(source, scope).node).map((path) => path.join('.'));
const normal = (source: string): string => canonical(parsed(source, scope).node);

test.each([
  ['event.total > params.limit', ['event.total', 'params.limit']],
  ['event.a.b.c + event.a.b.c', ['event.a.b.c']],
  ['event["order id"].x', ['event.order id.x']],
  ['event.items[0].sku', ['event.items']],
  ['event.items[event.n].sku', ['event.items', 'event.n']],
  ['event.?a.?b.orValue(params.d)', ['event.a.b', 'params.d']],
  ['has(event.a.b)', ['event.a.b']],
  ['event.items.exists(i, i.qty > event.min)', ['event.items', 'event.min']],
  ['event.items.map(event, event.qty)', ['event.items']],
  ['event.items.map(i, i.on, i.parts.all(p, p.x == i.x && customer.y))', ['event.items', 'customer.y']],
  ['size(event)', ['event']],
  ['event.name.startsWith(customer)', ['event.name', 'customer']],
  ['{"a": event.a}.a', ['event.a']],
  ['-event.a > 0 ? [event.b] : [event.c]', ['event.a', 'event.b', 'event.c']],
  ['1 + 2', []],
])('%s reads %p', (source, expected) => {
  expect(readsOf(source)).toEqual(expected);
});

test.each([
  ['event.a>1&&event.b', ' ( event.a > 1 ) && event["b"] // same'],
  [`event.a == 'x'`, 'event.a == "\\x78"'],
  ['event.a == 16', 'event.a == 0x10'],
  ['event.a == 1.0', 'event.a == 1'],
  ['event.l.all(x, x.all(y, y > x.z))', 'event.l.all(item, item.all(part, part > item.z))'],
])('%s and %s are the same expression', (one, other) => {
  expect(normal(one)).toBe(normal(other));
});

test.each([
  ['event.a - (event.b - 1)', 'event.a - event.b - 1'],
  ['event.a', 'event.?a.orValue(null)'],
  ['event.a == "1"', 'event.a == 1'],
  ['event.l.all(x, event.y)', 'event.l.exists(x, event.y)'],
  ['event.l.map(x, x)', 'event.l.map(x, event)'],
  ['has(event.a)', 'event.a'],
  ['event.a.size()', 'size(event.a)'],
  ['event["a.b"]', 'event.a.b'],
  ['[1, [2]]', '[1, 2]'],
])('%s and %s are not the same expression', (one, other) => {
  expect(normal(one)).not.toBe(normal(other));
});

test('every kind of node has a normal text', () => {
  expect(normal('!has(event.a) ? {"k": [1].size()} : event[?0].orValue(-event.c % 2)')).toBe(
    '(!(has(event["a"]))?{"k":[1].size()}:event[?0].orValue((-(event["c"]) % 2)))',
  );
  expect(normal('event.l.map(x, x.on, x.v)')).toBe('event["l"].map($0,$0["on"],$0["v"])');
});

test('walk leaves out what it is told to', () => {
  const seen: string[] = [];
  walk(parsed('sum(event.a, event.b) + count()', scopeOf({ event: {} }, true)).node, (node) => {
    seen.push(node.kind);
    return aggregateCall(node) === undefined;
  });
  expect(seen).toEqual(['binary', 'call', 'call']);
});
