/**
 * Matches of a sequence leave out what began before they ended, so which there are follows from those before. Where for
 * `within` no event comes that can begin one, nothing goes on. Where such events come on and on, their run is cut along
 * the grid of `within`, as chains of windows are (see chain-reach.ts): matches of two segments leave out nothing of each
 * other.
 */
import { beginningOfTime, type EpochMillis, type Millis } from '../time.ts';
import { cutAfter } from './chain-reach.ts';

/** A run of events that can begin a match, each less than `within` after the one before: its first and its last. */
export interface FirstsRun {
  readonly first: EpochMillis;
  readonly last: EpochMillis;
}

export const noRun: FirstsRun = { first: beginningOfTime, last: beginningOfTime };

/** The run with the next event that can begin a match. */
export function nextRun({ first, last }: FirstsRun, t: EpochMillis, within: Millis): FirstsRun {
  return { first: t - last < within ? first : t, last: t };
}

/** Where the segment begins of the last event of a run. */
export function segmentOf({ first, last }: FirstsRun, within: Millis): EpochMillis {
  if (last < cutAfter(first, first, within)) return first;
  return (Math.floor(last / within) * within) as EpochMillis;
}
