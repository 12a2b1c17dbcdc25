import { type AlertContent, type AlertRecord } from '../../../engine/alert/alert.ts';
import { alertMessage } from '../../../engine/alert/message.ts';
import type { EpochMillis } from '../../../engine/time.ts';

const at = Date.parse('2026-03-02T12:00:00Z') as EpochMillis;

function record(change: Partial<AlertContent> = {}, more: Partial<AlertRecord> = {}): AlertRecord {
  const content: AlertContent = {
    key: { customer: 'ann' },
    window: { start: (at - 60_000) as EpochMillis, end: at },
    values: { n: 3, spent: 1900.1 },
    events: [1, 2, 3].map((i) => ({ stream: 'orders', id: `e${i}`, at, fields: { total: i } })),
    at,
    severity: 'high',
    title: 'Three orders',
    description: undefined,
    labels: undefined,
    partial: false,
    ...change,
  };
  return { rule: 'often', id: 'a1', status: 'open', revision: 2, content, pending: 'opened', publishedAt: at, ...more };
}

/** What SNS counts: the body of a message of structure `json`, with its subject and attributes. */
function bytes({ subject, text, json, attributes }: ReturnType<typeof alertMessage>): number {
  const body = JSON.stringify({ default: json, email: text });
  return Buffer.byteLength(body + subject + JSON.stringify(attributes)) + 100;
}
const largest = 256 * 1024;

interface Sent {
  readonly events: readonly { readonly id: string }[];
  readonly eventsDropped?: number;
}
const sentBy = (message: ReturnType<typeof alertMessage>): Sent => JSON.parse(message.json) as Sent;

test('a message says all that programs and filter policies need', () => {
  const message = alertMessage('retail', record());
  expect(message.id).toBe('a1/2');
  expect(message.attributes).toEqual({
    alertId: 'a1',
    revision: '2',
    status: 'opened',
    pipeline: 'retail',
    rule: 'often',
    severity: 'high',
  });
  expect(JSON.parse(message.json)).toMatchObject({
    version: 1,
    alertId: 'a1',
    revision: 2,
    status: 'opened',
    pipeline: 'retail',
    rule: 'often',
    severity: 'high',
    title: 'Three orders',
    key: { customer: 'ann' },
    window: { start: '2026-03-02T11:59:00Z', end: '2026-03-02T12:00:00Z' },
    values: { n: 3, spent: 1900.1 },
    at: '2026-03-02T12:00:00Z',
    events: [
      { stream: 'orders', id: 'e1', at: '2026-03-02T12:00:00Z', fields: { total: 1 } },
      { id: 'e2' },
      { id: 'e3' },
    ],
  });
});

test('a message says of what is not exact how near it is, to programs and to people', () => {
  const approximate = { customers: 0.017, p95: 0.008 };
  const { json, text } = alertMessage('retail', record({ values: { customers: 4810, p95: 31.5 }, approximate }));
  expect(JSON.parse(json)).toMatchObject({ values: { p95: 31.5 }, approximate });
  expect(text).toContain('\nNearly    customers ± 1.7 %, p95 ± 0.8 %\n');
  expect(JSON.parse(alertMessage('retail', record()).json)).not.toHaveProperty('approximate');
  expect(alertMessage('retail', record()).text).not.toContain('Nearly');
});

test('a message names the values that it lacks, to programs and to people', () => {
  const tooLarge = ['names', 'notes'];
  const { json, text } = alertMessage('retail', record({ values: { n: 3, names: null, notes: null }, tooLarge }));
  expect(JSON.parse(json)).toMatchObject({ values: { n: 3, names: null }, tooLarge });
  expect(text).toContain('\nToo large names, notes\n');
  expect(JSON.parse(alertMessage('retail', record()).json)).not.toHaveProperty('tooLarge');
  expect(alertMessage('retail', record()).text).not.toContain('Too large');
});

test('a message for people is plain text with what a reviewer looks for', () => {
  const { text, subject } = alertMessage(
    'retail',
    record({ description: 'Look at it', labels: { team: 'fraud' } }, { pending: 'reopened' }),
  );
  expect(subject).toBe('[high] reopened: Three orders');
  expect(text).toContain('Three orders\n\nLook at it\n');
  for (const part of [
    'often (high), reopened',
    'customer: ann',
    'n: 3, spent: 1900.1',
    '2026-03-02T11:59:00Z to 2026-03-02T12:00:00Z',
    'team      fraud',
    'orders e3  total: 3',
    'Alert a1, revision 2',
  ])
    expect(text).toContain(part);
});

test.each([
  ['line breaks and control characters', 'a\r\nb\tc\u0000d\u2028e\u0085f', '[high] a b c d e f'],
  ['99 characters', 'x'.repeat(92), `[high] ${'x'.repeat(92)}`],
  ['100 characters', 'x'.repeat(93), `[high] ${'x'.repeat(91)}…`],
  ['surrogate pairs at the end', '😀'.repeat(200), `[high] ${'😀'.repeat(45)}…`],
])('a subject is one short line: %s', (_, title, subject) => {
  expect(alertMessage('retail', record({ title })).subject).toBe(subject);
});

test.each([
  ['plain text', 'x'],
  ['text that JSON escapes twice', '"'],
  ['backslashes', '\\'],
  ['text of three bytes a character', '€'],
  ['text of four bytes a character', '😀'],
  ['control characters', '\u0001'],
  ['lone surrogates', '\ud800'],
])('a message with ten huge events is within the limits of SNS, and says what it leaves out: %s', (_, character) => {
  const events = Array.from({ length: 10 }, (_, i) => ({
    stream: 'orders',
    id: `e${i}`,
    at,
    fields: { note: character.repeat(30_000) },
  }));
  const message = alertMessage('retail', record({ events }));
  expect(bytes(message)).toBeLessThan(largest);
  const sent = sentBy(message);
  expect(sent.eventsDropped).toBe(10 - sent.events.length);
  expect(sent).toMatchObject({ values: { n: 3 }, title: 'Three orders', key: { customer: 'ann' } });
  // The newest events are kept.
  expect(sent.events.map(({ id }) => id)).toEqual(events.slice(10 - sent.events.length).map(({ id }) => id));
  expect(Buffer.from(message.text).toString()).toBe(message.text);
});

test('as many events are kept as fit', () => {
  const events = Array.from({ length: 10 }, (_, i) => ({
    stream: 'orders',
    id: `e${i}`,
    at,
    fields: { note: 'x'.repeat(3000) },
  }));
  expect(sentBy(alertMessage('retail', record({ events }))).events).toHaveLength(10);
});

test.each([
  ['values', { values: { list: ['€'.repeat(300_000)] } }],
  ['a title', { title: '€'.repeat(300_000) }],
  ['a description', { description: '"'.repeat(300_000) }],
  ['a key', { key: { customer: '€'.repeat(300_000) } }],
  ['labels', { labels: { team: '€'.repeat(300_000) } }],
])('a message is within the limits of SNS even with huge %s', (_, change) => {
  const message = alertMessage('retail', record(change));
  expect(bytes(message)).toBeLessThan(largest);
  expect(JSON.parse(message.json)).toMatchObject({
    alertId: 'a1',
    revision: 2,
    rule: 'often',
    status: 'opened',
    severity: 'high',
  });
});
