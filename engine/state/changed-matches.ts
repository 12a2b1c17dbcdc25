/** Which matches are not what they were. */
import type { EpochMillis } from '../time.ts';
import type { PartialMatch } from './partial-match.ts';
import type { Touch } from './touch.ts';

/** The times of the first events of those that came, went, or are of other events. */
export function changedFirsts(before: readonly PartialMatch[], after: readonly PartialMatch[]): EpochMillis[] {
  const old = byFirst(before);
  const found = byFirst(after);
  const firsts = new Set([...old.keys(), ...found.keys()]);
  return [...firsts].filter((first) => !isSame(old.get(first), found.get(first))).map(({ event }) => event.t);
}

function byFirst(matches: readonly PartialMatch[]): ReadonlyMap<Touch, PartialMatch> {
  return new Map(matches.map((match) => [match.first, match]));
}

function isSame(match: PartialMatch | undefined, other: PartialMatch | undefined): boolean {
  return (
    match !== undefined &&
    other !== undefined &&
    match.end === other.end &&
    match.touches.length === other.touches.length &&
    match.touches.every((touch, i) => touch === other.touches[i])
  );
}
