/** Runs one case in memory, and writes down what happened and what stood whenever the case asks. */
import type { AlertRecord } from '../alert/alert.ts';
import { resetSteps, Timestamp } from '../expression/operators.ts';
import type { Rejection } from '../intake/input-record.ts';
import { type Compiled, isJsonObject } from '../plan/program.ts';
import { type DerivedEvent, InMemoryRun } from '../run/in-memory-run.ts';
import type { ExpectedAlerts, JsonMap, TestCase } from './definition.ts';

export interface CaseRun {
  /** One for each `expect`, the last at the end of the case. */
  readonly moments: readonly Moment[];
  readonly sent: readonly Sent[];
  /** The events that rules made for derived streams, each once, by time; of results that are revised, what stands at the end. */
  readonly derived: readonly DerivedEvent[];
  readonly revisions: readonly Noted<AlertRecord>[];
  readonly rejections: readonly Noted<Rejected>[];
  /** Per rule, by its position in the plan: predicates that failed, and so did not match. */
  readonly predicateFailures: readonly number[];
}

export interface Moment {
  readonly expect: ExpectedAlerts;
  /** Every alert by its newest revision, those that were withdrawn too. */
  readonly alerts: readonly AlertRecord[];
}

/** Something that happened after so many moments. */
export type Noted<T> = T & { readonly moment: number };

export interface Sent {
  readonly stream: string;
  readonly moment: number;
}

export interface Rejected extends Rejection {
  /** The event's id; absent where it has none. */
  readonly eventId?: string;
}

const shard = 'shardId-000000000000';

export function runCase(compiled: Compiled, { steps, expect, flush }: TestCase): CaseRun {
  const moments: Moment[] = [];
  const sent: Sent[] = [];
  const revisions: Noted<AlertRecord>[] = [];
  const rejections: Noted<Rejected>[] = [];
  const derived = new Map<string, DerivedEvent>();
  const newest = new Map<string, AlertRecord>();
  const run = new InMemoryRun(compiled, {
    alert(record) {
      newest.set(record.id, record);
      revisions.push({ ...record, moment: moments.length });
    },
    derived(event) {
      const name = `${event.rule} ${event.id}`;
      // What a producer sends twice makes an event of the same id.
      if (!derived.has(name)) derived.set(name, event);
    },
    revised({ rule, id, status, content }, stream) {
      const name = `${rule} ${id}`;
      const { at, values: value, key, window } = content;
      if (status === 'withdrawn') derived.delete(name);
      else derived.set(name, { rule, stream, id, at, value, result: { key, window } });
    },
    rejected(rejection) {
      const eventId = idOf(compiled, rejection);
      rejections.push({ ...rejection, ...(eventId !== undefined && { eventId }), moment: moments.length });
    },
  });
  const look = (at: ExpectedAlerts): void => {
    moments.push({ expect: at, alerts: [...newest.values()].sort(compareAlerts) });
  };
  for (const step of steps) {
    if (step.kind === 'advance') run.advance(step.to);
    else if (step.kind === 'expect') look(step.expect);
    else {
      sent.push({ stream: step.stream, moment: moments.length });
      run.process({
        stream: step.stream,
        shard,
        sequenceNumber: String(sent.length),
        arrival: step.arrival,
        event: copied(step.event),
      });
    }
  }
  if (flush) run.end();
  look(expect);
  return {
    moments,
    sent,
    derived: [...derived.values()].sort(
      (a, b) => a.at - b.at || compareText(a.rule, b.rule) || compareText(a.id, b.id),
    ),
    revisions,
    rejections,
    predicateFailures: [...run.predicateFailures],
  };
}

/** The run may keep an event, and a case may be run again. */
function copied(event: JsonMap): unknown {
  return JSON.parse(JSON.stringify(event));
}

function compareAlerts(a: AlertRecord, b: AlertRecord): number {
  return a.content.at - b.content.at || compareText(a.rule, b.rule) || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The id that the stream declares for the event of a rejection. */
function idOf({ program }: Compiled, { record }: Rejection): string | undefined {
  const stream = program.streams[record.stream];
  if (stream?.eventId === undefined) return `${record.stream}/${record.shard}/${record.sequenceNumber}/0`;
  if (!isJsonObject(record.event)) return undefined;
  resetSteps();
  const { sequenceNumber, arrival = 0 } = record;
  const arrivalTime = new Timestamp(arrival);
  const id = stream.eventId(record.event, {
    stream: record.stream,
    shard: record.shard,
    sequenceNumber,
    arrivalTime,
    partitionKey: '',
    eventTime: undefined,
    eventId: undefined,
  });
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
