/** Why an event is rejected, in words: for the dead letters, where they may quote the event, and for logs, where not. */
import { describe } from '../expression/operators.ts';
import type { JsonObject, Meta, StreamProgram } from '../plan/program.ts';
import { clippedText } from '../state/shown-fields.ts';
import type { EpochMillis } from '../time.ts';
import type { InputRecord, Rejection } from './input-record.ts';
import { isInexact, isLongText, type SizeBounds, valueBounds } from './size-bounds.ts';

/** A text holds names and types alone; what quotes the event says so without the quotes too. */
export type Fault = string | Required<Pick<Rejection, 'reason' | 'unquoted'>>;

/** Characters. */
const longestReason = 300;
const longestQuote = 80;

export function rejection(record: InputRecord, fault: Fault): Rejection {
  if (typeof fault === 'string') return { kind: 'invalid', record, reason: clippedText(fault, longestReason) };
  return { kind: 'invalid', record, reason: clippedText(fault.reason, longestReason), unquoted: fault.unquoted };
}

/** What a log says of a rejected event: the rule and the kind of fault, and no value that the event holds. */
export function loggedReason({ rule, reason, unquoted = reason }: Rejection): string {
  return rule === undefined ? unquoted : `${readerText(rule)}: ${unquoted}`;
}

/** Of the name in a rejection: of a rule, or of a table as `tables.NAME`. */
export function readerText(name: string): string {
  return name.startsWith('tables.') ? name : `rule ${name}`;
}

/** What of an event does not fit its schema. A schema that refers to itself follows an event however deep it goes. */
export function schemaFault(program: StreamProgram, event: JsonObject): string | null {
  try {
    return program.validate?.(event) ?? null;
  } catch (cause) {
    if (cause instanceof RangeError) return 'the event is nested too deeply to be checked';
    throw cause;
  }
}

export function timeFault(given: unknown, reason: string): Fault {
  const unquoted = `eventTime: ${describe(given)} that is neither ISO-8601 with a zone nor epoch milliseconds`;
  return { reason: `eventTime: ${reason}`, unquoted };
}

export function aheadFault(t: EpochMillis, arrival: EpochMillis): Fault {
  return {
    reason: `eventTime: ${iso(t)} is later than the event's arrival at ${iso(arrival)} by more than clockSkew`,
    unquoted: `eventTime: later than the event's arrival by more than clockSkew`,
  };
}

/** Of a number that JSON does not carry exactly. */
export const inexact = 'a number beyond 2^53 is not exact, and others would be taken for it: send it as text';

/** Of what a stream gives as an event's id. */
export function eventIdFault(program: StreamProgram, id: unknown, event: JsonObject, meta: Meta): Fault | undefined {
  if (id === undefined && program.eventIdReads !== undefined)
    return `eventId: ${noUsableValue(...program.eventIdReads(event, meta))}`;
  if (id === '') return 'eventId: must not be empty';
  if (typeof id !== 'string' && typeof id !== 'number')
    return `eventId: must be a text or a number; this is ${describe(id)}`;
  if (isInexact(id)) return `eventId: ${inexact}`;
  if (typeof id === 'number' || !isLongText(id, valueBounds)) return undefined;
  const { characters, bytes } = valueBounds;
  return `eventId: must be at most ${characters} characters long, and ${bytes} bytes as JSON; this one has ${id.length} characters`;
}

export function keyFault(ofRecord: string, ofEvent: string): Fault {
  const [one, other] = [ofRecord, ofEvent].map((key) => clippedText(key, longestQuote));
  return {
    reason: `partitionKey: the record's partition key is "${one}", and the event's is "${other}"`,
    unquoted: `partitionKey: the record's partition key is another than the event's`,
  };
}

/** What an expression read where it has no value: names and types. */
export function noUsableValue(source: string, read: readonly (readonly [string, unknown])[]): string {
  const found = read.map(([path, value]) => `${path} is ${describe(value)}`).join(', ');
  return `${clippedText(source, longestQuote)} has no usable value${found === '' ? '' : ` (${found})`}`;
}

/** Of a group value that is no key. */
export function groupFault(groups: readonly unknown[], names: readonly string[] = []): string | undefined {
  for (let i = 0; i < groups.length; i++) if (isInexact(groups[i])) return `groupBy.${names[i] ?? i}: ${inexact}`;
  return undefined;
}

export function sizeFault({ characters, bytes }: SizeBounds): string {
  return `a group or an aggregated value is larger than the ${characters} characters, or ${bytes} bytes of JSON, that the rule's state can hold`;
}

function iso(t: EpochMillis): string {
  return new Date(t).toISOString();
}
