/**
 * How many messages of a rule people get one by one: `most` in a period, and the rest together in its digest. A period is
 * a stretch of event time by what the alert says of its own (`at`), so that every mode cuts time in the same places; what
 * is counted are messages, not alerts, for it is messages that drown people.
 */
import { canonicalJson } from '../aggregate/value.ts';
import { type AlertLimit, severities, type Severity } from '../pipeline/definition.ts';
import type { EpochMillis } from '../time.ts';
import type { AlertRecord, Announcement } from './alert.ts';

/** The messages of one rule and period. */
export interface MessageCount {
  /** Told one by one. */
  readonly told: number;
  /** Left to the digest, by what happened. */
  readonly digested: { readonly [What in Announcement]: number };
  /** The highest of what is left to the digest. */
  readonly severity: Severity;
  /** The first that were left to it. */
  readonly first: readonly DigestedAlert[];
}

export interface DigestedAlert {
  readonly alertId: string;
  readonly status: Announcement;
  readonly key: string;
  readonly title: string;
}

export const nothingCounted: MessageCount = {
  told: 0,
  digested: { opened: 0, amended: 0, withdrawn: 0, reopened: 0 },
  severity: 'info',
  first: [],
};

/** Few and short: they are part of an item that is put whenever people are told. */
const mostFirst = 5;
const longest = 120;

/** When the period began that an instant lies in; periods lie end to end from 1970-01-01T00:00Z. */
export function periodOf({ per }: AlertLimit, at: EpochMillis): EpochMillis {
  return (Math.floor(at / per) * per) as EpochMillis;
}

/** The count with the message that a record has pending; whether it is one to be told by itself. */
export function counted(
  count: MessageCount,
  { most }: AlertLimit,
  { id, content, pending = 'opened' }: AlertRecord,
): { readonly count: MessageCount; readonly single: boolean } {
  if (count.told < most) return { count: { ...count, told: count.told + 1 }, single: true };
  const { digested, severity, first } = count;
  const one = { alertId: id, status: pending, key: clip(canonicalJson(content.key)), title: clip(content.title) };
  return {
    single: false,
    count: {
      ...count,
      digested: { ...digested, [pending]: digested[pending] + 1 },
      severity: severities.indexOf(content.severity) > severities.indexOf(severity) ? content.severity : severity,
      first: first.length < mostFirst ? [...first, one] : first,
    },
  };
}

export function digestedOf({ digested }: MessageCount): number {
  return digested.opened + digested.amended + digested.withdrawn + digested.reopened;
}

function clip(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
