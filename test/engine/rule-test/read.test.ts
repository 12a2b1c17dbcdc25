import { readFileSync } from 'node:fs';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { readRuleTest } from '../../../engine/rule-test/read.ts';

const folder = new URL('../../cli/rule-test/', import.meta.url).pathname;
const pipeline = readPipeline(readFileSync(`${folder}shop.yaml`, 'utf8')).definition!;
const passing = readFileSync(`${folder}passing.test.yaml`, 'utf8');
const broken = readFileSync(`${folder}broken.test.yaml`, 'utf8');

test('whatever the text, there is a test or there are faults, each at a place in it', () => {
  for (const text of [passing, broken]) {
    for (let end = 0; end < text.length; end += 17) {
      const part = text.slice(0, end);
      const { test: read, faults } = readRuleTest(part, pipeline);
      expect(read === undefined).toBe(faults.length > 0);
      for (const { place } of faults) expect(place.line).toBeLessThanOrEqual(part.split('\n').length);
    }
  }
});

test('faults come in the order of the file', () => {
  const lines = readRuleTest(broken, pipeline).faults.map(({ place }) => place.line);
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
});

function readEvents(streams: string, events: string) {
  const { definition, faults } = readPipeline(
    `pipeline: p\nstreams:\n${streams}\nrules:\n  r: { from: s, alert: { severity: low, title: x } }\n`,
  );
  expect(faults.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { test: read } = readRuleTest(
    `start: 2026-03-02T09:00:00Z\ncases: [{ name: x, expect: [], steps: [${events}] }]`,
    definition!,
  );
  return read!.cases[0]!.steps.map((step) => (step.kind === 'event' ? step.event : undefined));
}

test('the time is written where the stream reads it, and only where the event has none', () => {
  const streams = '  s: { partitionKey: event.k, eventTime: event.meta.at }';
  expect(readEvents(streams, '{ at: 90s, s: {} }, { at: 1s, s: { meta: { n: 1 } } }')).toEqual([
    { meta: { at: '2026-03-02T09:01:30Z' } },
    { meta: { n: 1, at: '2026-03-02T09:00:01Z' } },
  ]);
  expect(readEvents(streams, '{ at: 1s, s: { meta: { at: null } } }, { at: 1s, s: { meta: 5 } }')).toEqual([
    { meta: { at: null } },
    { meta: 5 },
  ]);
});

test('no time is written where the stream has none, or computes it', () => {
  expect(readEvents('  s: { partitionKey: event.k }', '{ at: 1s, s: { k: a } }')).toEqual([{ k: 'a' }]);
  const computed = '  s: { partitionKey: event.k, eventTime: event.seconds * 1000 }';
  expect(readEvents(computed, '{ at: 1s, s: { k: a } }')).toEqual([{ k: 'a' }]);
});

test('the clock goes on with arrivals: an event without its own arrives at once, but never before the one above', () => {
  const { test: read } = readRuleTest(
    `start: 2026-03-02T09:00:00Z
cases:
  - name: x
    steps:
      - { at: 5m, orders: { id: a } }
      - { at: 1m, orders: { id: b } }
      - { at: 2m, arrives: 6m, orders: { id: c } }
      - { advance: 7m }
      - { at: 6m, orders: { id: d } }
    expect: []
`,
    pipeline,
  );
  const { start, cases } = read!;
  const arrivals = cases[0]!.steps.map((step) => (step.kind === 'event' ? (step.arrival - start) / 60_000 : undefined));
  expect(arrivals).toEqual([5, 5, 6, undefined, 7]);
});
