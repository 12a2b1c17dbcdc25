/**
 * By which watermarks results of windows are told that other rules count. They are told once and never revised, so they
 * wait until nobody can add to them any more: a process that read an older watermark than the published one ends with its
 * invocation, and what it put is in the index some time later. So a watermark is ripe when it has been published for
 * longer than both.
 */
import type { EpochMillis } from '../time.ts';

/** An invocation takes a minute at most; the index trails the table by less than two. */
export const ripensIn = 180_000;

/** By the rule, in the words of the watermarks' item. */
type Watermarks = Readonly<Record<string, EpochMillis>>;

export interface Ripening {
  readonly ripe?: Watermarks;
  /** What was published at an instant, to be ripe after it; absent where all is ripe. */
  readonly ripens?: { readonly at: EpochMillis; readonly rules: Watermarks };
}

/** What is ripe at an instant, and what ripens from then on, given what is published then. */
export function ripened({ ripe = {}, ripens }: Ripening, published: Watermarks, now: EpochMillis): Ripening {
  if (ripens !== undefined && now - ripens.at < ripensIn) return { ripe, ripens };
  const known = ripens?.rules ?? ripe;
  const isSame = Object.entries(published).every(([rule, watermark]) => known[rule] === watermark);
  return { ripe: known, ...(!isSame && { ripens: { at: now, rules: published } }) };
}
