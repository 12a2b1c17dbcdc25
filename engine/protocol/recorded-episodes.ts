/** What the records of a key's alerts say: which there are, and which episodes they tell of. */
import type { AlertRecord } from '../alert/alert.ts';
import type { Episode } from '../alert/episodes.ts';
import { instantOf, readAlertSortKey } from '../state/alert-name.ts';
import type { RuleState } from '../state/rule-state.ts';
import { type EpochMillis, largest } from '../time.ts';
import type { AlertStore, KnownAlert } from './alert-store.ts';

export async function readRecords(alerts: AlertStore, state: RuleState): Promise<void> {
  setRecords(state, await alerts.readAll(state.partitionKey));
}

export function setRecords(state: RuleState, known: readonly KnownAlert[]): void {
  for (const { key, recorded } of known) state.records.set(readAlertSortKey(key.sk), recorded);
}

/** Learns a key's episodes from the records of its alerts. */
export function restoreEpisodes(state: RuleState): void {
  const episodes = new Map<EpochMillis, Episode>();
  for (const [name, { record }] of state.records) {
    for (const episode of record === undefined ? [] : episodeOf(state, instantOf(name), record)) {
      // Events of one time are alerts of their own: where any stands, their time is one to look at.
      const same = episodes.get(episode.name);
      const standing = episode.standing || same?.standing === true;
      const revision = Math.max(episode.revision, same?.revision ?? 0);
      episodes.set(episode.name, { ...episode, standing, revision });
    }
  }
  state.episodes?.restore([...episodes.values()]);
}

/**
 * What an alert says of what did not come is known, also where whoever told of it has not said so in the panes yet: else
 * an event that comes in between would seem to disprove it.
 */
export function restoreTold(state: RuleState): void {
  const told = [...state.records.values()].map(({ record }) => record?.content.joined?.told);
  for (const pane of state.panes.values()) pane.told = largest([pane.told, ...told]);
}

/** The episode that an alert's record tells of: its window begins with the first and ends with the last true one. */
function episodeOf(
  { rule }: RuleState,
  name: EpochMillis,
  { content: { window, joined }, status, revision }: AlertRecord,
): Episode[] {
  if (window === undefined) return [];
  const names = joined ?? rule.form.namesOf?.(window, name) ?? { first: name, last: name };
  return [{ name, ...names, standing: status !== 'withdrawn', revision }];
}
