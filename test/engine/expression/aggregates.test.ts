import { aggregateCall } from '../../../engine/expression/aggregate-call.ts';
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
  ['stddev(event.total)', 'not-yet: stddev(event.total)'],
  ['values(event.country, 50)', 'not-yet: values(event.country, 50)'],
  ['top(event.a, event.b, 3)', 'not-yet: top(event.a, event.b, 3)'],
  ['argmin(event.a, event.b)', 'not-yet: argmin(event.a, event.b)'],
  ['argmax(event.a, event.b)', 'not-yet: argmax(event.a, event.b)'],
  ['percentile(event.a, 95)', 'not-yet: percentile(event.a, 95)'],
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
});

test('the parts of an aggregate are found by its name', () => {
  const { node } = parsed('collect(event.a, 5, event.b)', scope);
  const call = aggregateCall(node);
  expect(call).toMatchObject({ name: 'collect', limit: 5, value: { field: 'a' }, predicate: { field: 'b' } });
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
