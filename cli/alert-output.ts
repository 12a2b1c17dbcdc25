/** Alerts and rejected events as commands print them: a JSON line for programs, a few words for people. */
import type pc from 'picocolors';
import { isoTime, type Json, plain } from '../engine/aggregate/value.ts';
import { type AlertRecord, announcementOf } from '../engine/alert/alert.ts';
import { alertJson } from '../engine/alert/message.ts';
import type { TalliedDigest } from '../engine/alert/message-tally.ts';
import { revisionRecord } from '../engine/intake/result-record.ts';
import type { Rejection } from '../engine/intake/input-record.ts';
import type { Severity } from '../engine/pipeline/definition.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** By time, then rule, id and revision. */
export function compareAlerts(a: AlertRecord, b: AlertRecord): number {
  return (
    a.content.at - b.content.at || compareText(a.rule, b.rule) || compareText(a.id, b.id) || a.revision - b.revision
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function alertLine({ rule, id, status, revision, content }: AlertRecord): string {
  return JSON.stringify({ kind: 'alert', rule, id, status, revision, ...alertJson(content) });
}

/** A revision of a result, as it lies in its stream. */
export function revisionLine(stream: string, record: AlertRecord): string {
  return JSON.stringify(revisionRecord(stream, record));
}

export function revisionText(stream: string, record: AlertRecord, colour: Colours): string {
  const { rule, status, content } = record;
  const paint = status === 'withdrawn' ? colour.dim : colour.cyan;
  return `${isoTime(content.at)}  ${paint(`${'result'.padEnd(8)} ${announcementOf(record).padEnd(9)}`)}  ${colour.bold(rule)}  ${stream}: ${JSON.stringify(content.values)}${keyText(content.key)}`;
}

export function rejectionLine({ kind, record, rule, reason }: Rejection): string {
  return JSON.stringify({
    kind,
    stream: record.stream,
    ...(rule !== undefined && { rule }),
    reason,
    event: plain(record.event),
  });
}

/** What a digest would tell in place of messages of their own. */
export function digestLine({ plan, start, count }: TalliedDigest): string {
  const { digested, told, first } = count;
  const window = { start: isoTime(start), end: isoTime(start + plan.limit.per) };
  return JSON.stringify({ kind: 'digest', rule: plan.name, window, values: { ...digested, told }, first });
}

export function alertText(record: AlertRecord, colour: Colours): string {
  const { rule, status, content } = record;
  const paint = status === 'withdrawn' ? colour.dim : severityColour(content.severity, colour);
  return `${isoTime(content.at)}  ${paint(`${content.severity.padEnd(8)} ${announcementOf(record).padEnd(9)}`)}  ${colour.bold(rule)}  ${content.title}${keyText(content.key)}`;
}

export function rejectionText({ kind, record, rule, reason }: Rejection, colour: Colours): string {
  const place = [record.stream, ...(rule === undefined ? [] : [`rule ${rule}`])]
    .filter((part) => part !== '')
    .join(', ');
  return `${colour.yellow(kind.padEnd(7))}  ${place === '' ? '' : `${place}: `}${reason}`;
}

export function severityColour(severity: Severity, colour: Colours): (text: string) => string {
  switch (severity) {
    case 'critical':
    case 'high':
      return colour.red;
    case 'medium':
      return colour.yellow;
    case 'low':
      return colour.cyan;
    case 'info':
      return colour.dim;
  }
}

function keyText(key: { readonly [name: string]: Json }): string {
  const pairs = Object.entries(key).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return pairs.length === 0 ? '' : `  (${pairs.join(', ')})`;
}
