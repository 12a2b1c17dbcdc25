/** Which pane tells of which episode. */
import type { Episode } from '../alert/episodes.ts';
import type { Pane, StoredParts } from '../state/pane.ts';
import type { RuleState } from '../state/rule-state.ts';

/**
 * The episodes that the pane's item must tell anew: those whose last true window is in the pane, and those that it tells
 * of though they end earlier now. One that goes on in a later pane is told there; here it stays as it was, so that no
 * order of puts can lose it, and the higher revision is believed. It is told here once, so that whoever reads this put
 * and not yet the later one calls it by its name.
 */
export function changedEpisodes(state: RuleState, pane: Pane, { episodes, dirty }: StoredParts): Episode[] {
  const { windows } = state;
  return (state.episodes?.all ?? []).filter(({ name, first, last, revision }) => {
    const told = episodes.get(name);
    const home = windows.home(last);
    if (home >= pane.end) return told === undefined && dirty && windows.home(first) < pane.end;
    return (home >= pane.start || told !== undefined) && told?.revision !== revision;
  });
}
