/**
 * What tells the alerts of a key apart. Most are of a window or an episode, and named by an instant; where each event
 * has a window of its own, an instant may have several, and its name says whose it is too.
 */
import { shortHash } from '../alert/identity.ts';
import type { EpochMillis } from '../time.ts';
import { readSortableTime, sortableTime } from './pane-item.ts';
import type { EventReference } from './touch.ts';

export type AlertName = EpochMillis | string;

/** The sort key of the alert's record; a name that is a text is its sort key. */
export function alertSortKey(name: AlertName): string {
  return typeof name === 'string' ? name : sortableTime(name);
}

export function readAlertSortKey(sk: string): AlertName {
  return sk.includes('#') ? sk : readSortableTime(sk);
}

/** Names the alert of one event by what its producer calls it, so that it is the same in every mode. */
export function eventAlertName({ t, stream, id }: EventReference): AlertName {
  return `${sortableTime(t)}#${shortHash(JSON.stringify([stream, id]))}`;
}

/** The window or the episode that an alert is of. */
export function instantOf(name: AlertName): EpochMillis {
  return typeof name === 'string' ? readSortableTime(name.slice(0, name.indexOf('#'))) : name;
}
