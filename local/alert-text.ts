/** An alert as a person reads it on a terminal. */
import { stripVTControlCharacters } from 'node:util';
import type { Colors } from 'picocolors/types';

/** What of a message the terminal shows; docs/language.md has all of it. */
export interface AlertBody {
  readonly alertId: string;
  readonly revision: number;
  readonly status: 'opened' | 'amended' | 'withdrawn' | 'reopened' | 'digest';
  readonly rule: string;
  readonly severity: string;
  readonly title: string;
  readonly description?: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly window?: { readonly start: string; readonly end: string };
  readonly events: readonly {
    readonly stream: string;
    readonly id: string;
    readonly at: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

const severityWidth = 'CRITICAL'.length;
/** Events in the line of evidence, the newest. */
const shownEvents = 3;

/** Two or three lines, each at most `width` wide. `time` is when it arrived, in words. */
export function alertText(alert: AlertBody, time: string, width: number, paint: Colors): string {
  const severity = (text: string): string => {
    if (alert.status === 'withdrawn') return paint.dim(text);
    if (alert.severity === 'critical' || alert.severity === 'high') return paint.bold(paint.red(text));
    if (alert.severity === 'medium') return paint.yellow(text);
    return paint.cyan(text);
  };
  const margin = ' '.repeat(time.length + severityWidth + 4);
  const status = alert.status === 'opened' ? '' : `${alert.status}: `;
  const rule = `  ${plain(alert.rule)}`;
  const title = clip(status + plain(alert.title), width - margin.length - rule.length);
  const facts = [where(alert), evidence(alert)].filter((part) => part !== '').join(' · ');
  const details = [alert.description === undefined ? '' : plain(alert.description), facts];
  return [
    `${paint.dim(time)}  ${severity(alert.severity.toUpperCase().padEnd(severityWidth))}  ${paint.bold(title)}${paint.dim(rule)}`,
    ...details.filter((line) => line !== '').map((line) => `${margin}${paint.dim(clip(line, width - margin.length))}`),
  ].join('\n');
}

/** Key and window. */
function where({ key, window }: AlertBody): string {
  const span = window === undefined ? '' : [...new Set([minute(window.start), minute(window.end)])].join(' to ');
  return [pairs(key), span].filter((part) => part !== '').join(' · ');
}

function evidence({ events }: AlertBody): string {
  const shown = events.slice(-shownEvents).map(({ id, fields }) => `${plain(id)} (${pairs(fields)})`);
  const more = events.length - shown.length;
  return shown.length === 0 ? '' : `${more > 0 ? `${String(more)} more, ` : ''}${shown.join(', ')}`;
}

function pairs(map: Readonly<Record<string, unknown>>): string {
  return Object.entries(map)
    .map(([name, value]) => `${plain(name)} ${plain(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join(', ');
}

/** `2026-03-02T09:00:00.000Z` without what seldom matters. */
function minute(iso: string): string {
  return iso.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, 'Z');
}

/** Text out of an event, without what a terminal would act on. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function clip(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`;
}
