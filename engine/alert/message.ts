/**
 * An alert as people and programs get it from SNS: JSON for programs, a readable text for email, attributes for filter
 * policies. Clipped to what SNS takes by dropping evidence, and it says so.
 */
import { canonicalJson, isoTime, type Json } from '../aggregate/value.ts';
import type { AlertRecord } from './alert.ts';

export interface AlertMessage {
  /** Id and revision: what consumers deduplicate by. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** SNS takes 256 KiB for body and attributes together; both bodies of a message count, escaped as JSON. */
const largestJson = 100_000;
const longestSubject = 99;
const longestText = 20_000;

export function alertMessage(pipeline: string, record: AlertRecord): AlertMessage {
  const { rule, id, revision, content } = record;
  const status = record.pending ?? 'opened';
  let shown = content.events.length;
  let json = messageJson(pipeline, record, status, shown);
  while (json.length > largestJson && shown > 0) json = messageJson(pipeline, record, status, --shown);
  return {
    id: `${id}/${revision}`,
    subject: subjectOf(`[${content.severity}] ${status === 'opened' ? '' : `${status}: `}${content.title}`),
    text: messageText(record, status, shown).slice(0, longestText),
    json: json.length > largestJson ? messageJson(pipeline, { ...record, content: { ...content, values: {}, title: content.title.slice(0, 1000), description: '' } }, status, 0) : json,
    attributes: { alertId: id, revision: String(revision), status, pipeline, rule, severity: content.severity },
  };
}

function messageJson(pipeline: string, { rule, id, revision, content }: AlertRecord, status: string, shown: number): string {
  const { window, events, ...rest } = alertJson(content);
  return JSON.stringify({
    version: 1,
    alertId: id,
    revision,
    status,
    pipeline,
    rule,
    ...rest,
    ...(window !== undefined && { window }),
    events: Array.isArray(events) ? events.slice(events.length - shown) : [],
    ...(shown < content.events.length && { eventsDropped: content.events.length - shown }),
  });
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
    events: content.events.map(({ stream, id, at, fields }) => ({ stream, id, at: isoTime(at), fields })),
    at: isoTime(content.at),
    partial: content.partial,
  };
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
    ...(content.window === undefined ? [] : [`Window    ${isoTime(content.window.start)} to ${isoTime(content.window.end)}`]),
    `Values    ${pairs(content.values)}`,
    ...Object.entries(content.labels ?? {}).map(([name, value]) => `${name.padEnd(9)} ${value}`),
    ...(shown === 0 ? [] : ['', 'Events']),
    ...content.events.slice(dropped).map((event) => `  ${isoTime(event.at)}  ${event.stream} ${event.id}  ${pairs(event.fields)}`),
    ...(dropped === 0 ? [] : [`  (${dropped} earlier events left out: the message would be too large)`]),
    '',
    `Alert ${id}, revision ${revision}`,
  ].join('\n');
}

/** SNS takes no line breaks or control characters in a subject, and fewer than 100 characters. */
function subjectOf(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = Array.from(clean);
  return characters.length <= longestSubject ? clean : `${characters.slice(0, longestSubject - 1).join('')}…`;
}
