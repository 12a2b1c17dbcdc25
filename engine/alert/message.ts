/**
 * An alert as people and programs get it from SNS: JSON for programs, a readable text for email, attributes for filter
 * policies. Clipped to what SNS takes by dropping evidence, and it says so.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, isoTime, type Json } from '../aggregate/value.ts';
import type { AlertRecord, EvidenceEvent } from './alert.ts';

export interface AlertMessage {
  /** Id and revision: what consumers deduplicate by. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** SNS takes 256 KiB for body and attributes together; both bodies of a message count, escaped as JSON. */
const largestJson = 160 * 1024;
/** Escaped, a character takes up to six bytes. */
const longestText = 10_000;
const longestSubject = 99;
const longestClipped = 1000;

export function alertMessage(pipeline: string, record: AlertRecord): AlertMessage {
  const { rule, id, revision, content } = record;
  const status = record.pending ?? 'opened';
  const { json, shown } = messageJson(pipeline, record, status);
  return {
    id: `${id}/${revision}`,
    subject: subjectOf(`[${content.severity}] ${status === 'opened' ? '' : `${status}: `}${content.title}`),
    text: clip(messageText(record, status, shown).replace(/\p{Surrogate}/gu, '\uFFFD'), longestText),
    json,
    attributes: { alertId: id, revision: String(revision), status, pipeline, rule, severity: content.severity },
  };
}

/** The most bytes that one UTF-16 unit of JSON takes within JSON, where what it escapes is escaped already. */
const largestUnit = 3;

/** Holds as many of the newest events as fit. */
function messageJson(
  pipeline: string,
  { rule, id, revision, content }: AlertRecord,
  status: string,
): { readonly json: string; readonly shown: number } {
  const head = { version: 1, alertId: id, revision, status, pipeline, rule };
  const { events: all, ...whole } = alertJson(content);
  const complete = JSON.stringify({ ...head, ...whole, events: all });
  // Most alerts are so small that nothing need be weighed.
  if (complete.length * largestUnit < largestJson) return { json: complete, shown: content.events.length };
  const fits = weight({ ...head, ...whole }) < largestJson;
  const { severity, window, at, partial } = whole;
  const said = fits
    ? whole
    : {
        severity,
        title: clip(content.title, longestClipped),
        key: clipFields(content.key),
        ...(window !== undefined && { window }),
        values: {},
        at,
        partial,
        clipped: true,
      };
  const events = content.events.map(eventJson);
  let left = largestJson - weight({ ...head, ...said });
  let shown = 0;
  for (const event of events.toReversed()) {
    left -= weight(event) + 1;
    if (left < 0) break;
    shown++;
  }
  const dropped = events.length - shown;
  return {
    json: JSON.stringify({
      ...head,
      ...said,
      events: events.slice(dropped),
      ...(dropped > 0 && { eventsDropped: dropped }),
    }),
    shown,
  };
}

/** Bytes of a value as JSON within JSON. */
function weight(value: object): number {
  return utf8ToBytes(JSON.stringify(JSON.stringify(value))).length;
}

function clipFields(fields: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? clip(value, longestClipped) : value,
    ]),
  );
}

/** The beginning of a text, no character cut in two. */
function clip(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** What an alert says, with times as ISO-8601: the same in messages and in the output of every command. */
export function alertJson(content: AlertRecord['content']): { readonly [name: string]: Json } {
  const { window, description, labels } = content;
  return {
    severity: content.severity,
    title: content.title,
    ...(description !== undefined && { description }),
    ...(labels !== undefined && { labels }),
    key: content.key,
    ...(window !== undefined && { window: { start: isoTime(window.start), end: isoTime(window.end) } }),
    values: content.values,
    ...(content.approximate !== undefined && { approximate: content.approximate }),
    ...(content.tooLarge !== undefined && { tooLarge: content.tooLarge }),
    events: content.events.map(eventJson),
    at: isoTime(content.at),
    partial: content.partial,
  };
}

function eventJson({ stream, id, at, fields }: EvidenceEvent): { readonly [name: string]: Json } {
  return { stream, id, at: isoTime(at), fields };
}

function messageText({ rule, id, revision, content }: AlertRecord, status: string, shown: number): string {
  const pairs = (map: { readonly [name: string]: Json }): string =>
    Object.entries(map)
      .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : canonicalJson(value)}`)
      .join(', ');
  const dropped = content.events.length - shown;
  return [
    content.title,
    ...(content.description === undefined ? [] : ['', content.description]),
    '',
    `Rule      ${rule} (${content.severity}), ${status}`,
    ...(Object.keys(content.key).length === 0 ? [] : [`Key       ${pairs(content.key)}`]),
    ...(content.window === undefined
      ? []
      : [`Window    ${isoTime(content.window.start)} to ${isoTime(content.window.end)}`]),
    `Values    ${pairs(content.values)}`,
    ...(content.approximate === undefined ? [] : [`Nearly    ${errorsText(content.approximate)}`]),
    ...(content.tooLarge === undefined ? [] : [`Too large ${content.tooLarge.join(', ')}`]),
    ...Object.entries(content.labels ?? {}).map(([name, value]) => `${name.padEnd(9)} ${value}`),
    ...(shown === 0 ? [] : ['', 'Events']),
    ...content.events
      .slice(dropped)
      .map((event) => `  ${isoTime(event.at)}  ${event.stream} ${event.id}  ${pairs(event.fields)}`),
    ...(dropped === 0 ? [] : [`  (${dropped} earlier events left out: the message would be too large)`]),
    '',
    `Alert ${id}, revision ${revision}`,
  ].join('\n');
}

/** `p95 ± 0.8 %`. */
function errorsText(errors: NonNullable<AlertRecord['content']['approximate']>): string {
  return Object.entries(errors)
    .map(([name, error]) => `${name} ± ${Number((error * 100).toFixed(1))} %`)
    .join(', ');
}

/** SNS takes no line breaks or control characters in a subject, and fewer than 100 characters. */
export function subjectOf(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ').trim();
  return clean.length <= longestSubject ? clean : `${clip(clean, longestSubject - 1)}…`;
}
