/** The event in a record's data: decoded once, for all rules. */
import type { InputRecord } from '../engine/intake/input-record.ts';
import { RecordBytes } from './record-bytes.ts';

/** The event in a record's data, or why there is none. */
export type DecodeEvent = (data: string) => Pick<InputRecord, 'event' | 'unreadable'>;

/** What the Kinesis Producer Library begins a record with that holds several of its user's. */
const aggregatedByKpl = 0xf3899ac2;
const aggregated =
  'several records packed into one by the Kinesis Producer Library, which are not unpacked: set AggregationEnabled to false';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const bytes = new RecordBytes();

/** The whole event in a record's data, or why there is none. */
export function decode(data: string): Pick<InputRecord, 'event' | 'unreadable'> {
  const length = bytes.fill(data);
  const { buffer } = bytes;
  if (length >= 4 && buffer.readUInt32BE(0) === aggregatedByKpl) return { event: undefined, unreadable: aggregated };
  const text = buffer.toString('utf8', 0, length);
  try {
    if (text.includes('\uFFFD')) strictUtf8.decode(buffer.subarray(0, length));
    return { event: JSON.parse(text) as unknown };
  } catch (cause) {
    return {
      event: undefined,
      unreadable: cause instanceof SyntaxError ? `not JSON: ${withoutContent(cause.message)}` : 'not UTF-8 text',
    };
  }
}

/** The parser's message quotes the data, which belongs into the dead letter and not into logs: only the place is told. */
function withoutContent(message: string): string {
  if (message === 'Unexpected end of JSON input') return 'it ends too early';
  const position = /JSON at position (\d+)/.exec(message)?.[1];
  return position === undefined ? 'it cannot be parsed' : `it cannot be parsed at position ${position}`;
}
