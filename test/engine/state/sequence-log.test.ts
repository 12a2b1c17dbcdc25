/** A log that is looked at seldom against one that is looked at after each event. */
import fc from 'fast-check';
import { SequenceLog } from '../../../engine/state/sequence-log.ts';
import { sequenceOf } from '../../../engine/state/sequence-steps.ts';
import { type Touch, touchOf } from '../../../engine/state/touch.ts';
import type { SequencePlan, StagePlan } from '../../../engine/plan/sequence-plan.ts';
import { beginningOfTime, type EpochMillis, endOfTime, type Millis } from '../../../engine/time.ts';

const within = 10;
/** Before it no event comes any more, and nothing decides over what may still change. */
const reach = 10 * within;

function stage(more: Partial<StagePlan>): StagePlan {
  return { all: true, steps: [], waits: [], guards: [], least: 1, most: 1, ...more };
}

const plan: SequencePlan = {
  kind: 'sequence',
  within: within as Millis,
  strict: false,
  skipsPastLast: true,
  names: [0, 1, 2],
  lists: [],
  before: [],
  stages: [stage({ steps: [0] }), stage({ steps: [1] }), stage({ steps: [2] })],
  most: 3,
};

const plans: readonly (readonly [string, SequencePlan])[] = [
  ['three steps', plan],
  ['next-event', { ...plan, skipsPastLast: false }],
  ['strictly', { ...plan, strict: true }],
  [
    'the last of any kind',
    { ...plan, stages: [stage({ steps: [0], least: 1, most: 2 }), stage({ all: false, steps: [1, 2] })] },
  ],
  [
    'an absence between',
    { ...plan, names: [0, null, 1], stages: [stage({ steps: [0] }), stage({ steps: [2], guards: [1] })] },
  ],
];

const histories = fc.array(
  fc.record({
    ahead: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
      { weight: 2, arbitrary: fc.integer({ min: -8, max: 0 }) },
      { weight: 1, arbitrary: fc.integer({ min: 50, max: 400 }) },
    ),
    steps: fc.integer({ min: 0, max: 7 }),
    isTaken: fc.boolean(),
    isLookedAt: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    /** How long nothing comes before all that is over is dropped; null: it is not. */
    quiet: fc.option(fc.constantFrom(0, 0, 2 * reach), { freq: 5 }),
  }),
  { maxLength: 60, size: 'max' },
);

function touch(t: number, i: number, steps: number): Touch {
  const event = {
    t: t as EpochMillis,
    arrival: 0 as EpochMillis,
    shard: 's/0',
    sequenceNumber: String(100 + i),
    index: 0,
    stream: 's',
    id: `e${i}`,
  };
  return touchOf(event, [steps, {}], {});
}

/** The events of each match, by the time of its first. */
function matchesOf(log: SequenceLog): Map<EpochMillis, string> {
  const found = new Map<EpochMillis, string>();
  for (const { first, touches, end } of log.matches(beginningOfTime, endOfTime)) {
    const { t } = first.event;
    found.set(t, `${found.get(t) ?? ''}${touches.map(({ event }) => event.id).join(' ')} at ${end};`);
  }
  return found;
}

function changed(before: ReadonlyMap<EpochMillis, string>, now: ReadonlyMap<EpochMillis, string>): EpochMillis[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
}

test.each(plans)(
  '%s: what a log says, and which matches changed, is the same however seldom anybody looks',
  (_, one) => {
    fc.assert(
      fc.property(histories, (list) => {
        const seldom = new SequenceLog(sequenceOf(one, {}));
        const often = new SequenceLog(sequenceOf(one, {}));
        let newest = 0;
        let told = matchesOf(often);
        let before = told;
        let ever = new Set<EpochMillis>();
        for (const [i, { ahead, steps, isTaken, isLookedAt, quiet }] of list.entries()) {
          const t = newest + ahead;
          newest = Math.max(newest, t);
          // An event is linked into one log.
          for (const log of [seldom, often]) log.insert(touch(t, i, steps));
          const now = matchesOf(often);
          if (isLookedAt) expect(matchesOf(seldom)).toEqual(now);
          for (const name of changed(before, now)) ever.add(name);
          before = now;
          if (isTaken) {
            // What came and went may be said or not, and nothing else.
            const said = seldom.takeChanged();
            expect(said).toEqual(expect.arrayContaining(changed(told, now)));
            expect([...ever]).toEqual(expect.arrayContaining([...said]));
            told = now;
            ever = new Set();
          }
          if (quiet === null) continue;
          newest += quiet;
          const until = (newest - reach) as EpochMillis;
          for (const log of [seldom, often]) log.forget(until);
          before = matchesOf(often);
          told = new Map([...told].filter(([name]) => name >= until));
        }
        expect(matchesOf(seldom)).toEqual(matchesOf(often));
      }),
      { numRuns: 100 },
    );
  },
);
