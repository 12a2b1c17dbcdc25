/** Draws which events fail on the way and are put right, and when dead letters are put back. */
import { Dice } from './dice.ts';
import type { History, malformations, PlannedEvent } from './history.ts';

/** Dead letters are put back, some at a time, and at the end all of them. */
export interface Redrive {
  readonly at: readonly number[];
  /** Also what is late. */
  readonly late: boolean;
  /** Of a thousand batches, so many stall while letters are put back. */
  readonly amid: number;
  /** Whether also what was put back is put back again, which settles its keys once more; else it is gone. */
  readonly repeats: boolean;
}

type Malformation = (typeof malformations)[number];
/** What no rule can count, and can be put right in a letter: its partition key stays. */
const uncountable: readonly Malformation[] = ['not JSON', 'a list', 'no time', 'no id'];
/** Some rules count what others cannot. */
const mendable: readonly Malformation[] = [...uncountable, 'total is text'];

/** Of the seven minutes that events may be behind. */
const punctual = 5 * 60_000;

/** The history, in some cases with letters that are put back. Its dice are its own: other histories stay as they are. */
export function withRedrive(history: History): History {
  const dice = Dice.named(history.seed, 'redrive');
  // Another order of arrival gives other ids; and of a batch that was given up nobody knows what was counted.
  if (history.inOrder || history.retries !== undefined || dice.percent(60)) return history;
  const { events, beyondBounds, weather } = history;
  const ids = events.map(({ id }) => id);
  const isSentOnce = ({ id }: PlannedEvent): boolean => ids.indexOf(id) === ids.lastIndexOf(id);
  // What is sent again is no repeat where it failed before: it fails too, where it would then be late.
  const failing = new Set(ids.filter(() => dice.oneIn(4)));
  const fails = (event: PlannedEvent): boolean =>
    event.malformed === undefined &&
    failing.has(event.id) &&
    (isSentOnce(event) || event.arrival - event.at > punctual || dice.oneIn(2));
  const from = events[0]?.arrival ?? history.start;
  const length = (events.at(-1)?.arrival ?? from) - from + 5 * 60_000;
  return {
    ...history,
    events: events.map((event) => {
      if (!fails(event)) return event;
      return { ...event, malformed: dice.of(isSentOnce(event) ? mendable : uncountable), mended: true };
    }),
    redrive: {
      at: Array.from({ length: 2 + dice.below(10) }, () => from + dice.below(length)).sort((a, b) => a - b),
      late: dice.percent(50),
      amid: beyondBounds ? 0 : dice.of([0, 100, 300]),
      repeats: dice.percent(40),
    },
    // A late event that a process counts which was given up counts twice when it is put back: that is not promised.
    ...(beyondBounds && { overlaps: 0, stalls: 0, weather: { faults: 0, latency: Math.min(weather.latency, 50) } }),
  };
}
