import { aggregateCall, aggregateKey } from '../../../engine/expression/aggregate-call.ts';
import type { Scope } from '../../../engine/expression/expression.ts';
import { parseExpression } from '../../../engine/expression/parse.ts';
import { walk } from '../../../engine/expression/tree.ts';
import { compile, faultsOf, parsed, typedScope } from './evaluate.ts';

const scope = typedScope(
  { event: 'dyn', meta: { stream: 'string', eventTime: 'timestamp' }, params: { limit: 'number' }, customer: 'dyn' },
  true,
);

test.each([
  ['count()', 'number'],
  ['count(event.total > params.limit)', 'number'],
  ['sum(event.total)', 'number'],
  ['sum(event.total, event.currency == "GBP") / count()', 'number'],
  ['avg(event.items.map(i, i.price)[0])', 'number'],
  ['min(meta.eventTime)', 'timestamp'],
  ['max(event.total)', 'dyn'],
  ['first(meta.stream, event.total > 0)', 'string'],
  ['last(event.country)', 'dyn'],
  ['countDistinct(event.country)', 'number'],
  ['collect(event.country, 10)', 'list'],
  ['collect(event.country, 1000, event.total > 5)', 'list'],
  ['stddev(event.total)', 'number'],
  ['values(event.country, 50)', 'list'],
  ['top(event.orderId, event.total, 3)', 'list'],
  ['top(event.orderId, meta.eventTime, 3, event.total > 5)', 'list'],
  ['argmin(meta.stream, event.total)', 'string'],
  ['argmax(event.id, event.total, event.total > 5)', 'dyn'],
  ['percentile(event.total, 0)', 'number'],
  ['percentile(event.total, 99.9, event.country == "GB")', 'number'],
  ['count() > params.limit && customer != "c1"', 'bool'],
  ['math.least(count(), 5)', 'number'],
])('%s is an aggregate of the type %s', (source, type) => {
  expect(faultsOf(source, scope)).toEqual([]);
  expect(parsed(source, scope).type).toBe(type);
});

test.each([
  ['count(1, 2)', 'wrong-arguments: count(1, 2)'],
  ['sum()', 'wrong-arguments: sum()'],
  ['sum(event.a, true, 1)', 'wrong-arguments: sum(event.a, true, 1)'],
  ['sum("a")', 'type: "a"'],
  ['avg(meta.eventTime)', 'type: meta.eventTime'],
  ['min([1])', 'type: [1]'],
  ['count(event.?x)', 'type: event.?x'],
  ['count(5)', 'type: 5'],
  ['sum(event.a, 5)', 'type: 5'],
  ['collect(event.a)', 'wrong-arguments: collect(event.a)'],
  ['collect(event.a, 0)', 'wrong-arguments: 0'],
  ['collect(event.a, 1001)', 'wrong-arguments: 1001'],
  ['collect(event.a, 1.5)', 'wrong-arguments: 1.5'],
  ['collect(event.a, params.limit)', 'wrong-arguments: params.limit'],
  ['sum(max(event.a))', 'nested-aggregate: max(event.a)'],
  ['count(count() > 1)', 'nested-aggregate: count()'],
  ['sum(customer)', 'unknown-name: customer'],
  ['event.total', 'unknown-name: event'],
  ['meta.stream', 'unknown-name: meta'],
  ['stddev("a")', 'type: "a"'],
  ['values(event.a)', 'wrong-arguments: values(event.a)'],
  ['values(event.a, 1001)', 'wrong-arguments: 1001'],
  ['values(event.a, size(event.b))', 'wrong-arguments: size(event.b)'],
  ['top(event.a, 3)', 'wrong-arguments: top(event.a, 3)'],
  ['top(event.a, event.b, 0)', 'wrong-arguments: 0'],
  ['top(event.a, event.b, "3")', 'wrong-arguments: "3"'],
  ['top(event.a, [1], 3)', 'type: [1]'],
  ['argmax(event.a)', 'wrong-arguments: argmax(event.a)'],
  ['argmin(event.a, true)', 'type: true'],
  ['argmin(event.a, event.?b)', 'type: event.?b'],
  ['argmax(event.a, count())', 'nested-aggregate: count()'],
  ['argmax(event.a, event.b, 5)', 'type: 5'],
  ['percentile(event.a)', 'wrong-arguments: percentile(event.a)'],
  ['percentile("a", 95)', 'type: "a"'],
  ['percentile(event.a, 101)', 'wrong-arguments: 101'],
  ['percentile(event.a, -1)', 'wrong-arguments: -1'],
  ['percentile(event.a, 0.95)', 'wrong-arguments: 0.95'],
  ['percentile(event.a, 99.9999)', 'wrong-arguments: 99.9999'],
  ['percentile(event.a, params.limit)', 'wrong-arguments: params.limit'],
  ['cuont()', 'unknown-function: cuont'],
])('%s is refused as %s', (source, expected) => {
  expect(faultsOf(source, scope)).toEqual([expected]);
});

test('a fault of an aggregate names its forms, or where it may stand', () => {
  const fault = (source: string, where: Scope) => {
    const checked = parseExpression(source, where);
    return checked.ok ? undefined : checked.faults[0];
  };
  expect(fault('sum()', scope)?.allowed).toBe('sum(value) or sum(value, predicate)');
  expect(fault('sum(event.a)', { ...scope, aggregates: false })?.allowed).toBe(
    'the name of an aggregate that is declared under aggregate',
  );
  expect(fault('max(1, 2)', { ...scope, aggregates: false })?.allowed).toContain('math.greatest(a, b)');
  expect(fault('cuont()', scope)?.rewritten).toBe('count()');
  expect(fault('top(event.a)', scope)?.allowed).toBe(
    'top(value, by, n) or top(value, by, n, predicate), n a whole number from 1 to 1000',
  );
  expect(fault('percentile(event.a, 0.95)', scope)).toMatchObject({
    message: 'The p of percentile() is 0.95.',
    allowed: '0, or a number from 1 to 100 with 3 decimals at most',
    rewritten: 'percentile(event.a, 95)',
  });
});

test('the parts of an aggregate are found by its name', () => {
  const { node } = parsed('collect(event.a, 5, event.b)', scope);
  const call = aggregateCall(node);
  expect(call).toMatchObject({ name: 'collect', limit: 5, value: { field: 'a' }, predicate: { field: 'b' } });
  const top = aggregateCall(parsed('top(event.a, event.b, 7, event.c)', scope).node);
  expect(top).toMatchObject({ value: { field: 'a' }, by: { field: 'b' }, limit: 7, predicate: { field: 'c' } });
  expect(aggregateCall(parsed('percentile(event.a, 99.5)', scope).node)).toMatchObject({ p: 99.5 });
  expect(aggregateCall(parsed('count(event.b)', scope).node)).toMatchObject({
    name: 'count',
    predicate: { field: 'b' },
  });
  expect(aggregateCall(parsed('size([1])', scope).node)).toBeUndefined();
});

test('the engine evaluates aggregates itself and binds their results', () => {
  const { node } = parsed('sum(event.paid) / count() > 2', scope);
  const names: string[] = [];
  walk(node, (part) => {
    const call = aggregateCall(part);
    if (call !== undefined) names.push(call.name);
    return call === undefined;
  });
  expect(names).toEqual(['sum', 'count']);
  const result = compile(node, { replace: (part) => aggregateCall(part) && `$names.${aggregateCall(part)?.name}` });
  expect(result({ sum: 9, count: 3 })).toBe(true);
  expect(result({ sum: 9, count: 0 })).toBeUndefined();
  expect(() => compile(node)).toThrow('nothing is bound to the aggregate sum()');
});

test('calls that keep the same share it: all percentiles of the same numbers do', () => {
  const keyOf = (source: string): string => {
    const call = aggregateCall(parsed(source, scope).node);
    return call === undefined ? '' : aggregateKey(call);
  };
  const p95 = keyOf('percentile(event.a, 95)');
  expect(keyOf('percentile( event.a,50)')).toBe(p95);
  for (const other of ['percentile(event.b, 95)', 'percentile(event.a, 95, event.b)', 'sum(event.a)'])
    expect(keyOf(other)).not.toBe(p95);
  expect(keyOf('values(event.a, 5)')).not.toBe(keyOf('values(event.a, 6)'));
  expect(keyOf('argmax(event.a, event.b)')).not.toBe(keyOf('argmax(event.a, event.c)'));
});
