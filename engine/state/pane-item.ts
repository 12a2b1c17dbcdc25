/**
 * Panes as items of the state table: the sort key says pane, writer and part, the body is JSON with its version of the
 * format. A part that has grown to about 4 KB is sealed, and the next begins with its progress, so that a busy key does
 * not rewrite a long log for every event.
 */
import { decodeOrder, type EncodedOrder, encodeOrder } from '../aggregate/order.ts';
import { decodeValue, encodeValue, type Json } from '../aggregate/value.ts';
import type { Episode } from '../alert/episodes.ts';
import { isJsonObject } from '../plan/program.ts';
import type { EpochMillis } from '../time.ts';
import { Aggregation } from './aggregation.ts';
import type { WindowedRule } from './compiled-rule.ts';
import { type ShownFields, shownFields, withinBounds } from './shown-fields.ts';
import { type Touch, touchOf } from './touch.ts';

const format = 1;
export const sealedAbove = 4096;

export interface PaneBody {
  readonly v: number;
  /** Of each `<stream>/<shardId>`, the last sequence number that the pane holds. */
  readonly p: { readonly [shard: string]: string };
  readonly sealed?: true;
  readonly noted?: true;
  readonly closed?: true;
  /** Final results of windows that end up to then were emitted, though not of all that hold the pane. */
  readonly u?: EpochMillis;
  /** Windows that end up to then were past when the pane began. */
  readonly b?: EpochMillis;
  /** The group key, where the partition key holds only its hash. */
  readonly k?: readonly Json[];
  /** Episodes whose last true window is in this pane, or was: name, first, last, standing, revision. */
  readonly e?: readonly (readonly [EpochMillis, EpochMillis, EpochMillis, 0 | 1, number])[];
  /** Accumulators, newest event time, evidence. */
  readonly a?: { readonly s: readonly Json[]; readonly t: EpochMillis; readonly g: readonly EncodedTouch[] };
  /** Identities of dead letters that were put back, where there is no log. */
  readonly i?: readonly string[];
  /** Entries of a log. */
  readonly l?: readonly EncodedTouch[];
}

/** The order with the time, id, stream, arguments, and the fields, or which of the arguments they are. */
export type EncodedTouch = readonly [EncodedOrder, string, string, readonly Json[], ShownFields | number];

export function encodeTouch({ event, args, fields }: Touch, withArgs: boolean): EncodedTouch {
  const place = withArgs ? args.indexOf(fields) : -1;
  const shown = place < 0 ? shownFields(fields) : place;
  return [encodeOrder(event), event.id, event.stream, withArgs ? args.map(encodeValue) : [], shown];
}

export function decodeTouch([order, id, stream, args, shown]: EncodedTouch): Touch {
  const decoded = args.map(decodeValue);
  const fields = typeof shown === 'number' ? decoded[shown] : shown;
  return touchOf({ ...decodeOrder(order), id, stream }, decoded, isJsonObject(fields) ? fields : {});
}

export function encodeAggregation({ accumulators, newest, evidence }: Aggregation): NonNullable<PaneBody['a']> {
  return {
    s: accumulators.map((accumulator) => accumulator.encode()),
    t: newest,
    g: withinBounds(evidence.touches).map((touch) => encodeTouch(touch, false)),
  };
}

/** Merges what an item holds into an aggregation. */
export function absorb(aggregation: Aggregation, encoded: NonNullable<PaneBody['a']>): void {
  encoded.s.forEach((state, slot) => aggregation.accumulators[slot]?.absorb(state));
  for (const touch of encoded.g) aggregation.show(decodeTouch(touch));
  if (encoded.t > aggregation.newest) aggregation.newest = encoded.t;
}

export function decodeAggregation(rule: WindowedRule, encoded: PaneBody['a']): Aggregation {
  const aggregation = new Aggregation(rule);
  if (encoded !== undefined) absorb(aggregation, encoded);
  return aggregation;
}

/** Reads a body; throws where another version of Weir wrote it in a form that this one does not know. */
export function readPaneBody(body: string): PaneBody {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const read = JSON.parse(body) as PaneBody;
  if (read.v !== format)
    throw new Error(`a pane is stored in format ${String(read.v)}; this version of Weir reads format ${format}`);
  return read;
}

export function writePaneBody(body: Omit<PaneBody, 'v'>): string {
  return JSON.stringify({ v: format, ...body });
}

export function decodeEpisodes(encoded: PaneBody['e']): Episode[] {
  return (encoded ?? []).map(([name, first, last, standing, revision]) => ({
    name,
    first,
    last,
    standing: standing === 1,
    revision,
  }));
}

export function encodeEpisodes(episodes: Iterable<Episode>): NonNullable<PaneBody['e']> {
  return [...episodes].map(
    ({ name, first, last, standing, revision }) => [name, first, last, standing ? 1 : 0, revision] as const,
  );
}

/** The sort key of a part; the writer is empty where a key has one writer. */
export function paneSortKey(start: EpochMillis, writer: string, part: number): string {
  return `${sortableTime(start)}#${writer}#${String(part).padStart(6, '0')}`;
}

export interface PaneName {
  readonly start: EpochMillis;
  readonly writer: string;
  readonly part: number;
}

export function readPaneSortKey(sk: string): PaneName {
  const [start = '', writer = '', part = ''] = sk.split('#');
  return { start: readSortableTime(start), writer, part: Number(part) };
}

const offset = 100_000_000_000_000;

/** An instant as text that sorts as instants do, before 1970 too. */
export function sortableTime(t: EpochMillis): string {
  return String(t + offset).padStart(16, '0');
}

export function readSortableTime(text: string): EpochMillis {
  return (Number(text) - offset) as EpochMillis;
}

/** The group key of an item, from its partition key or, where that is hashed, from its body. */
export function readGroups(pk: string, body: PaneBody): readonly unknown[] {
  if (body.k !== undefined) return body.k.map(decodeValue);
  const encoded: unknown = JSON.parse(pk.slice(pk.indexOf('#', pk.indexOf('#') + 1) + 1));
  return Array.isArray(encoded) ? encoded.map(decodeValue) : [];
}
