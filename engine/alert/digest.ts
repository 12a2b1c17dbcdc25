/** The messages of a rule beyond its limit, told in one: in the form of an alert's message, so that whoever reads those reads it. */
import { isoTime } from '../aggregate/value.ts';
import { durationWords } from '../expression/time-text.ts';
import type { AlertLimit } from '../pipeline/definition.ts';
import type { EpochMillis } from '../time.ts';
import { type AlertMessage, subjectOf } from './message.ts';
import { digestedOf, type MessageCount } from './message-limit.ts';

export interface Digest {
  readonly pipeline: string;
  readonly rule: string;
  readonly limit: AlertLimit;
  /** When the period began. */
  readonly start: EpochMillis;
  readonly id: string;
  /** Another for every count that is told. */
  readonly revision: number;
  readonly count: MessageCount;
}

export function digestMessage({ pipeline, rule, limit, start, id, revision, count }: Digest): AlertMessage {
  const { digested, severity, first } = count;
  const window = { start: isoTime(start), end: isoTime(start + limit.per) };
  const total = digestedOf(count);
  const title = `${total} more ${total === 1 ? 'message' : 'messages'} of ${rule}`;
  const kinds = Object.entries(digested)
    .filter(([, times]) => times > 0)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ');
  const description =
    `Beyond the limit of ${limit.most} per ${durationWords(limit.per)} these were recorded, and not told one by one: ${kinds}. ` +
    `All of them are in the alert table of the stack weir-${pipeline}.`;
  const status = 'digest';
  const head = { version: 1, alertId: id, revision, status, pipeline, rule, severity, title, description };
  const body = {
    key: {},
    window,
    values: { ...digested, told: count.told },
    events: [],
    at: window.end,
    partial: false,
  };
  return {
    id: `${id}/${revision}`,
    subject: subjectOf(`[${severity}] ${title}`),
    text: [
      title,
      '',
      description,
      '',
      `Rule      ${rule} (${severity}), ${status}`,
      `Period    ${window.start} to ${window.end}`,
      '',
      'The first',
      ...first.map(
        (one) => `  ${one.status}  ${one.title}${one.key === '{}' ? '' : `  ${one.key}`}  (alert ${one.alertId})`,
      ),
      ...(total > first.length ? [`  and ${total - first.length} more`] : []),
      '',
      `Digest ${id}, revision ${revision}`,
    ].join('\n'),
    json: JSON.stringify({ ...head, ...body, first }),
    attributes: { alertId: id, revision: String(revision), status, pipeline, rule, severity },
  };
}
