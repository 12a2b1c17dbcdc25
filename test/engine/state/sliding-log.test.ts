import fc from 'fast-check';
import { createAccumulator } from '../../../engine/aggregate/accumulators.ts';
import type { AccumulatorPlan } from '../../../engine/aggregate/accumulator.ts';
import { Ranked } from '../../../engine/aggregate/ranked.ts';
import { SlidingLog } from '../../../engine/state/sliding-log.ts';
import type { Touch } from '../../../engine/state/touch.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const size = 10;
const plans: readonly AccumulatorPlan[] = [
  { kind: 'count' },
  { kind: 'sum' },
  { kind: 'max' },
  { kind: 'last' },
  { kind: 'countDistinct' },
  { kind: 'collect', limit: 2 },
  { kind: 'first' },
  { kind: 'values', limit: 2 },
  { kind: 'top', limit: 2 },
  { kind: 'argmin' },
];

function argument(kind: AccumulatorPlan['kind'], value: number | null): unknown {
  if (kind === 'count') return true;
  return value !== null && (kind === 'top' || kind === 'argmin') ? new Ranked(`v${value}`, value) : value;
}

function touch(t: number, i: number, value: number | null): Touch {
  const event = {
    t: t as EpochMillis,
    arrival: 0 as EpochMillis,
    shard: 's/0',
    sequenceNumber: String(100 + i),
    index: 0,
    stream: 's',
    id: `e${i}`,
  };
  return { event, args: plans.map(({ kind }) => argument(kind, value)), fields: {} };
}

/** The results of the window (t − size, t] by a plain loop. */
function recomputed(added: readonly Touch[], t: number): unknown[] {
  const within = added.filter(({ event }) => event.t > t - size && event.t <= t);
  return plans.map((plan, slot) => {
    const accumulator = createAccumulator(plan);
    for (const { args, event } of within) if (args[slot] !== null) accumulator.add(args[slot], event);
    return accumulator.result();
  });
}

const steps = fc.array(
  fc.record({
    t: fc.integer({ min: -30, max: 30 }),
    value: fc.option(fc.integer({ min: 0, max: 5 })),
    ask: fc.array(fc.integer({ min: -35, max: 45 }), { maxLength: 2 }),
    forget: fc.option(fc.integer({ min: -30, max: 0 }), { freq: 8 }),
  }),
  { maxLength: 30, size: 'max' },
);

test.each([
  ['in any order', (t: number) => t],
  ['in order', (t: number, i: number) => i * 2 + (t & 3) - 30],
])('results at any instant are those of a plain loop, events %s', (_, place) => {
  fc.assert(
    fc.property(steps, (list) => {
      const log = new SlidingLog(size as Millis, () => plans.map((plan) => createAccumulator(plan, false)));
      let added: Touch[] = [];
      for (const [i, { t, value, ask, forget }] of list.entries()) {
        const one = touch(place(t, i), i, value);
        const newest = added.every(({ event }) => event.t <= one.event.t);
        expect(log.insert(one)).toBe(newest);
        added.push(one);
        for (const at of ask) expect(log.resultsAt(at as EpochMillis)).toEqual(recomputed(added, at));
        if (forget !== null) {
          log.forget(forget as EpochMillis);
          added = added.filter(({ event }) => event.t > forget);
        }
      }
      const times = [...new Set(added.map(({ event }) => event.t))].sort((a, b) => a - b);
      expect(log.times(-100 as EpochMillis, 100 as EpochMillis)).toEqual(times);
      expect(log.times(-5 as EpochMillis, 5 as EpochMillis)).toEqual(times.filter((t) => t >= -5 && t < 5));
      for (const t of times.toReversed()) {
        expect(log.resultsAt(t)).toEqual(recomputed(added, t));
        expect(
          log
            .window(t)
            .map(({ event }) => event.id)
            .sort(),
        ).toEqual(
          added
            .filter(({ event }) => event.t > t - size && event.t <= t)
            .map(({ event }) => event.id)
            .sort(),
        );
      }
    }),
    { numRuns: 150 },
  );
});
