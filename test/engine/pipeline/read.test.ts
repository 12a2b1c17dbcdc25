import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Expression, Text } from '../../../engine/expression/expression.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';

const folder = new URL('../../../pipelines/retail/', import.meta.url).pathname;
const retail = readFileSync(`${folder}pipeline.yaml`, 'utf8');
const files = (path: string) => (existsSync(folder + path) ? readFileSync(folder + path, 'utf8') : undefined);

/** A definition with each expression and text as its source. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('source' in value) return (value as Expression | Text).source;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const { definition, faults } = readPipeline(retail, { files });

test('the retail pipeline is free of faults', () => {
  expect(faults).toEqual([]);
});

test('names, zone and parameters are as the file says', () => {
  expect(definition).toMatchObject({
    name: 'retail',
    timezone: 'Europe/London',
    params: { highValue: 500, review: 1000 },
  });
});

test('a stream has its own settings and the defaults of the others', () => {
  expect(plain(definition?.streams.find(({ name }) => name === 'reviews'))).toEqual({
    name: 'reviews',
    partitionKey: 'event.customerId',
    eventTime: 'event.at',
    eventId: 'event.id',
    outOfOrderness: 60_000,
    allowedLateness: 3_600_000,
    clockSkew: 300_000,
    idleAfter: 60_000,
    dedupeWithin: 600_000,
  });
});

test('a schema in a file is read', () => {
  expect(definition?.streams.find(({ name }) => name === 'orders')?.schema).toEqual(
    JSON.parse(files('schemas/order.json') ?? ''),
  );
});

function rule(name: string): unknown {
  return plain(definition?.rules.find((one) => one.name === name));
}

test('a stateless rule has its parts and defaults', () => {
  expect(rule('review-export')).toEqual({
    name: 'review-export',
    description: 'Orders over the review limit that leave the United Kingdom',
    mode: 'live',
    from: ['orders'],
    where: 'event.type == "dispatched" && event.total > params.review && event.country != "GB"',
    groupBy: [],
    aggregate: [],
    emit: 'threshold',
    alert: {
      severity: 'high',
      title: 'Order {{ event.orderId }} leaves the UK: {{ event.total }}',
      labels: [],
      evidence: 10,
      evidenceFields: 'read',
      cooldown: 0,
      limit: { most: 100, per: 3_600_000 },
    },
  });
});

test('a derived stream has its select in file order', () => {
  expect(rule('tidy-orders')).toEqual({
    name: 'tidy-orders',
    mode: 'live',
    from: ['orders'],
    where: 'event.type == "order"',
    select: [
      { name: 'orderId', expression: '"ORD-" + event.orderId' },
      { name: 'customer', expression: 'event.customerId' },
      { name: 'total', expression: 'event.total * tables.rates[event.?currency.orValue("GBP")].gbp' },
    ],
    into: 'clean-orders',
    groupBy: [],
    aggregate: [],
    emit: 'threshold',
  });
});

test('a sliding window joins its alerts over its own size', () => {
  expect(rule('three-high-value-orders')).toMatchObject({
    groupBy: [{ name: 'customer', expression: 'event.customerId' }],
    window: { kind: 'sliding', size: 86_400_000 },
    aggregate: [
      { name: 'orders', expression: 'count()' },
      { name: 'spent', expression: 'sum(event.total)' },
    ],
    having: 'orders >= 3',
    emit: 'threshold',
    alert: { severity: 'medium', cooldown: 86_400_000 },
  });
});

test('a calendar day has the zone of the pipeline', () => {
  expect(rule('dispatched-today')).toMatchObject({
    window: { kind: 'calendar', unit: 'day', timezone: 'Europe/London' },
    emit: 'changes',
    alert: { evidence: 3, cooldown: 0 },
  });
});

test('a severity may be an expression, and labels are texts', () => {
  expect(rule('big-spender')).toMatchObject({
    from: ['clean-orders'],
    alert: { severity: 'spent > 5 * params.review ? "high" : "low"', labels: [{ name: 'team', text: 'sales' }] },
  });
});

test('every mode, evidence and cooldown of the file is kept', () => {
  expect(rule('many-downloads')).toMatchObject({ mode: 'shadow' });
  expect(rule('bad-review')).toMatchObject({ alert: { evidenceFields: 'all', cooldown: 3_600_000 } });
});

test('overrides take the type of the default', () => {
  const text =
    'pipeline: p\nparams: { n: 1, t: a, b: true }\nstreams: { s: { partitionKey: event.k } }\nrules: { r: { from: s, into: d } }\n';
  expect(readPipeline(text, { params: { n: '2.5', t: '7', b: 'false' } }).definition?.params).toEqual({
    n: 2.5,
    t: '7',
    b: false,
  });
  const codes = readPipeline(text, { params: { n: 'x', b: 'no', m: '1' } }).faults.map(({ code }) => code);
  expect(codes.sort()).toEqual(['param.type', 'param.type', 'param.unknown']);
});

test('a schema file is checked at its own places', () => {
  const broken = '{\n  "type": "object",\n  "properties": { "id": { "type": "strng" } }\n}';
  const { faults: found } = readPipeline(retail, { files: (path) => (path.endsWith('.json') ? broken : files(path)) });
  expect(found).toMatchObject([
    { code: 'stream.schema.invalid', file: 'schemas/order.json', place: { line: 3, column: 27 } },
  ]);
});

test('names that every JavaScript object has are names like any other, and are no overrides', () => {
  const text =
    'pipeline: p\nparams: { constructor: 1, toString: 2 }\nstreams: { constructor: { partitionKey: event.k } }\nrules: { valueOf: { from: constructor, into: d } }\n';
  const { definition: read, faults: found } = readPipeline(text);
  expect(found).toEqual([]);
  expect(read?.params).toEqual({ constructor: 1, toString: 2 });
  expect(readPipeline(text.replace('into:', 'toString: 5, into:')).faults).toMatchObject([
    { code: 'rule.unknown-field' },
  ]);
});

test.each([
  ['['.repeat(20_000), 'yaml.too-deep'],
  [`a: ${'{a: '.repeat(5_000)}`, 'yaml.too-deep'],
  ['? {a: 1}\n: 1\n', 'yaml.key'],
  [': 1\n', 'yaml.key'],
])('rejects a file such as %.12s without throwing', (text, code) => {
  expect(readPipeline(text).faults.map((fault) => fault.code)).toContain(code);
});

test('an advice leaves the file valid', () => {
  const { definition: read, faults: found } = readPipeline(
    retail.replace(/( {2}reviews:[^]*?)\n {4}eventId: event\.id/, '$1'),
    { files },
  );
  expect(found).toMatchObject([{ code: 'stream.eventId.advised', severity: 'advice', place: { column: 3 } }]);
  expect(read?.rules).toHaveLength(12);
});

test('whatever is typed into a valid file, reading never throws, and there is a definition or a fault', () => {
  const lines = retail.split('\n');
  const edit = fc.record({
    line: fc.nat(lines.length - 1),
    column: fc.nat(60),
    remove: fc.nat(6),
    insert: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom(
        '\t',
        '{',
        '}',
        '[',
        '"',
        "'",
        ': ',
        ' #',
        '&a ',
        '*a',
        '!',
        '- ',
        '{{',
        '|',
        '>-',
        '\n',
        '\0',
        '💥',
        '? ',
        '%',
        '<<: ',
      ),
    ),
    drop: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const changed = [...lines];
      for (const { line, column, remove, insert, drop } of edits) {
        const text = changed[line] ?? '';
        changed[line] = drop ? insert : text.slice(0, column) + insert + text.slice(column + remove);
      }
      const text = changed.join('\n');
      const read = readPipeline(text, { files });
      const errors = read.faults.filter(({ severity }) => severity === 'error');
      expect(read.definition === undefined).toBe(errors.length > 0);
      const count = text.split('\n').length;
      for (const { place } of read.faults) {
        expect(place.line).toBeGreaterThanOrEqual(1);
        expect(place.line).toBeLessThanOrEqual(count);
        expect(place.column).toBeGreaterThanOrEqual(1);
        expect(place.endLine > place.line || place.endColumn > place.column).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});
