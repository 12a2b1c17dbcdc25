/**
 * Alerts are reconciled, not fired: what should stand for a window or an episode is derived from keyed state, compared
 * with the record of what was told, and the difference is made up. An opening and a withdrawal are published; an
 * amendment is recorded quietly, except where an episode has gone on for longer than its cooldown. Results that are
 * revised are reconciled in the same way, and every change is published to those who read their stream.
 */
import type { Json } from '../aggregate/value.ts';
import type { Severity } from '../pipeline/definition.ts';
import type { EpochMillis, Millis } from '../time.ts';

export interface EvidenceEvent {
  readonly stream: string;
  readonly id: string;
  readonly at: EpochMillis;
  readonly fields: { readonly [name: string]: Json };
}

/** The windows that an alert joins. */
export interface Joined {
  /** Names of the first and the last. */
  readonly first: EpochMillis;
  readonly last: EpochMillis;
  /** Up to when it was known what did not come; absent where nothing follows from that. */
  readonly told?: EpochMillis;
}

/** What an alert says. */
export interface AlertContent {
  readonly key: { readonly [name: string]: Json };
  /** Absent for a stateless rule. */
  readonly window: { readonly start: EpochMillis; readonly end: EpochMillis } | undefined;
  /** Of windows that it joins; absent where `window` tells which, or it is of one. */
  readonly joined?: Joined;
  /** All aggregates; for a stateless rule the `select`, else the fields that it reads. */
  readonly values: { readonly [name: string]: Json };
  /** Of each aggregate that is not exact, how far it may be off, relative to it; absent where all are exact. */
  readonly approximate?: { readonly [name: string]: number };
  /** Names of values that are null, or of an event left out, because there was no room; absent where there was for all. */
  readonly tooLarge?: readonly string[];
  /** The newest events of the window, oldest first. */
  readonly events: readonly EvidenceEvent[];
  /** The event time that made it so; for a final result the end of the window. */
  readonly at: EpochMillis;
  readonly severity: Severity;
  readonly title: string;
  readonly description: string | undefined;
  readonly labels: { readonly [name: string]: string } | undefined;
  /** True where the window began before the rule did. */
  readonly partial: boolean;
}

export type AlertStatus = 'open' | 'amended' | 'withdrawn';

/** One alert through its revisions, as it is recorded. */
export interface AlertRecord {
  readonly rule: string;
  readonly id: string;
  readonly status: AlertStatus;
  readonly revision: number;
  readonly content: AlertContent;
  /** What is still to be published, in the words of the message; absent once it is. */
  readonly pending: Announcement | undefined;
  /** The event time of what was last published. */
  readonly publishedAt: EpochMillis;
  /** The id of the digest that the last message was left to; absent where it was told by itself. */
  readonly digest?: string;
  /** Names the `having` that it follows from; absent where the rule has none. */
  readonly having?: string;
  /** Present where it is a result for readers outside, no alert. */
  readonly isResult?: true;
}

/** What a revision is told as where each one is: of one that is told to nobody, as if it were. */
export function announcementOf({ status, revision }: Pick<AlertRecord, 'status' | 'revision'>): Announcement {
  if (status === 'open') return revision === 0 ? 'opened' : 'reopened';
  return status;
}

/** An alert's record with the version of its item. */
export interface Recorded {
  readonly record: AlertRecord | undefined;
  readonly version: number;
}

export type Announcement = 'opened' | 'amended' | 'withdrawn' | 'reopened';

export interface AlertIdentity {
  readonly rule: string;
  readonly id: string;
  /** A shadow rule's alerts are recorded and never published. */
  readonly live: boolean;
  readonly cooldown: Millis;
  readonly having?: string;
  readonly isResult?: true;
}

/**
 * The record as it should be; undefined where it stands as it should already. What another `having` has said is not
 * disproved by this one: such an alert stands as it is, unless this one is true of it too, and then it goes on. */
export function reconcile(
  identity: AlertIdentity,
  record: AlertRecord | undefined,
  desired: AlertContent | undefined,
): AlertRecord | undefined {
  if (record === undefined || record.status === 'withdrawn') {
    return desired && revise(identity, record, 'open', desired, record === undefined ? 'opened' : 'reopened');
  }
  if (desired === undefined && record.having !== identity.having) return undefined;
  if (desired === undefined) return revise(identity, record, 'withdrawn', record.content, 'withdrawn');
  if (sameContent(record.content, desired)) return undefined;
  const goesOn = identity.cooldown > 0 && desired.at - record.publishedAt > identity.cooldown;
  return revise(identity, record, 'amended', desired, goesOn || identity.isResult === true ? 'amended' : undefined);
}

function revise(
  { rule, id, live, having, isResult }: AlertIdentity,
  record: AlertRecord | undefined,
  status: AlertStatus,
  content: AlertContent,
  announcement: Announcement | undefined,
): AlertRecord {
  const revision = record === undefined ? 0 : record.revision + 1;
  // An opening that was never told is told with the next revision: people must not hear of an amendment first.
  const untold = announcement === 'amended' ? (record?.pending ?? announcement) : (announcement ?? record?.pending);
  const pending = live ? untold : undefined;
  const publishedAt = announcement === undefined ? (record?.publishedAt ?? content.at) : content.at;
  // What happens quietly changes nothing of where it was told.
  const digest = announcement === undefined ? record?.digest : undefined;
  return {
    rule,
    id,
    status,
    revision,
    content,
    pending,
    publishedAt,
    ...(digest !== undefined && { digest }),
    ...(having !== undefined && { having }),
    ...(isResult === true && { isResult }),
  };
}

/** Texts follow from values and evidence, so these decide. */
function sameContent(a: AlertContent, b: AlertContent): boolean {
  return (
    a.at === b.at &&
    a.window?.start === b.window?.start &&
    a.window?.end === b.window?.end &&
    a.joined?.first === b.joined?.first &&
    a.joined?.last === b.joined?.last &&
    a.events.length === b.events.length &&
    a.events.every(({ id, stream }, i) => {
      const other = b.events[i];
      return other !== undefined && id === other.id && stream === other.stream;
    }) &&
    sameValues(a.values, b.values) &&
    (a.approximate === b.approximate || sameValues(a.approximate ?? {}, b.approximate ?? {})) &&
    (a.tooLarge === b.tooLarge || String(a.tooLarge) === String(b.tooLarge)) &&
    a.title === b.title &&
    a.severity === b.severity
  );
}

/** Nearly all values are numbers and texts: comparing them costs less than printing them. */
function sameValues(a: AlertContent['values'], b: AlertContent['values']): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => a[name] === b[name] || JSON.stringify(a[name]) === JSON.stringify(b[name]))
  );
}
