/**
 * Windows that follow from each other, sessions and those that end when their first event says, begin where what came
 * before leaves off: a run of events without a break decides over its last one by its first. No state can be kept for as
 * long as such a run may go on, so one that has gone on for `unbroken` times the longest window is cut along the grid of
 * that length, from there on. So which windows there are follows from the events of a bounded stretch before them alone,
 * in whatever order those come.
 */
import type { EpochMillis, Millis } from '../time.ts';

const unbroken = 4;

/** The first instant after a window's first event at which its run is cut. */
export function cutAfter(first: EpochMillis, run: EpochMillis, max: Millis): EpochMillis {
  return boundaryAfter(Math.max(first, run + unbroken * max) as EpochMillis, max);
}

/** The first instant after one at which a run may be cut. */
export function boundaryAfter(t: EpochMillis, max: Millis): EpochMillis {
  return ((Math.floor(t / max) + 1) * max) as EpochMillis;
}

/**
 * How far before a window events decide where it begins: it is cut at the start of its grid cell, or its run is no older
 * than `unbroken` cells before that, and what reached its first event would have begun one cell earlier at most.
 */
export function chainDecides(max: Millis): Millis {
  return ((unbroken + 2) * max) as Millis;
}

/** How far after an event windows may begin elsewhere because of it: it may join two runs, and the second be cut earlier. */
export function chainChanges(max: Millis): Millis {
  return ((unbroken + 2) * max) as Millis;
}

/** How long before the watermark and the allowed lateness what decides over windows that may still change can lie. */
export function chainReach(max: Millis): Millis {
  return (chainDecides(max) + 3 * max) as Millis;
}
