/** Rules whose results tell of events, in all forms that there are, and events drawn for them that come late in time. */
import fc from 'fast-check';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon } from '../protocol/batches.ts';

const sequence = (steps: readonly string[], more: string): string => `
    from: [orders, carts]
    groupBy:
      kind: event.kind
    sequence:
${steps.map((step) => `      - ${step}`).join('\n')}
    within: 6m
    ${more}
    select:
      kind: kind`;
const join = (within: string, type: string): string => `
    join:
      left: { from: orders, as: more, where: event.total > 2 }
      right: { from: carts, as: less, where: event.total < 8 }
      on: { left: event.kind, right: event.kind }
      within: ${within}
      type: ${type}
    select:
      kind: 'on'
      more: more.total
      less: less.total`;
const distinct = (keep: string): string => `
    from: orders
    groupBy:
      kind: event.kind
    distinct:
      within: 4m
      keep: ${keep}
    select:
      kind: kind
      total: event.total`;

const more = 'more: { where: event.total > 3 }';
const less = 'less: { where: event.total < more.total }';
/** Without what comes of them. */
export const forms: Readonly<Record<string, string>> = {
  'two steps': sequence([more, less], 'match: skip-till-next'),
  'two steps, each event': sequence([more, less], 'after: next-event'),
  'three steps': sequence([more, less, 'last: { from: carts }'], 'match: skip-till-next'),
  'nothing between': sequence([more, less], 'match: strict'),
  'several of a step': sequence(
    ['more: { where: event.total > 2, times: 2.. }', 'less: { where: event.total < 3 }'],
    'after: next-event',
  ),
  'in any order': sequence(
    ['all: [{ cart: { from: carts } }, { order: { from: orders } }]', 'last: { where: event.total > cart.total }'],
    'match: skip-till-next',
  ),
  'an absence at the end': sequence([more, 'not: { where: event.total < more.total }'], 'match: skip-till-next'),
  'two steps, then an absence': sequence(
    [more, less, 'not: { where: event.total < 2, for: 2m }'],
    'match: skip-till-next',
  ),
  'two steps, then an absence, each event': sequence(
    [more, less, 'not: { where: event.total < 2, for: 2m }'],
    'after: next-event',
  ),
  'an absence between': sequence([more, 'not: { where: event.total < 2 }', 'last: {}'], 'after: next-event'),
  'an absence for some time, then an event': sequence(
    [more, 'not: { where: event.total < 3, for: 1m }', 'last: {}'],
    'match: skip-till-next',
  ),
  'an absence at first': sequence(['not: { where: event.total < 3, for: 2m }', more, less], 'match: skip-till-next'),
  'an absence or an event': sequence(
    [more, 'any: [{ not: { where: event.total < 3, for: 2m } }, { last: { where: event.total > 7 } }]'],
    'match: skip-till-next',
  ),
  pairs: join('{ before: 1m, after: 3m }', 'inner'),
  'pairs, and what is alone': join('{ before: 2m, after: 1m }', 'full'),
  'the first of the same': distinct('first'),
  'the last of the same': distinct('last'),
};

export const events = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 40 * 6 }).map((tenth) => tenth * 10_000),
    late: fc.integer({ min: 0, max: 20 }).map((quarter) => quarter * 15_000),
    stream: fc.constantFrom('orders', 'carts'),
    kind: fc.constantFrom('a', 'a', 'b'),
    total: fc.integer({ min: 0, max: 9 }),
  }),
  { maxLength: 40 },
);

/** In the order in which they come. */
export function recordsOf(drawn: readonly { at: number; late: number; stream: string; kind: string; total: number }[]) {
  return drawn
    .map(({ at, late, ...one }) => ({ ...one, at: noon + at, arrival: noon + at + late }))
    .sort((a, b) => a.arrival - b.arrival)
    .map(
      ({ at, arrival, stream, kind, total }, i): InputRecord => ({
        stream,
        shard: '0',
        sequenceNumber: String(1000 + i),
        partitionKey: 'ann',
        arrival: arrival as EpochMillis,
        event: { id: `e${i}`, customer: 'ann', kind, total, at },
      }),
    );
}
