/** Plays recorded events: one JSON object a line, in the order in which they arrived. */
import { eventFile, type WholeLines, wholeLines } from '../cli/event-lines.ts';
import { RecordedEvents } from '../cli/recorded-events.ts';
import type { InputRecord } from '../engine/intake/input-record.ts';
import type { Compiled } from '../engine/plan/program.ts';
import { declaredStreams, type EventReader, eventReader } from './event-reader.ts';
import type { LocalRun } from './local-run.ts';

/** A file that cannot be played, in words for the user. */
export class ReplayError extends Error {}

/** A line that Kinesis would not take, or that is none. */
export interface NotSent {
  /** In a few words, the same for all such lines. */
  readonly reason: string;
  /** The place of this one, and what is wrong with it. */
  readonly told: string;
}

export interface ReplayOptions {
  readonly file: string;
  /** How many times faster than it happened; Infinity: as fast as it is taken. */
  readonly speed: number;
  readonly compiled: Compiled;
  readonly run: Pick<LocalRun, 'producer' | 'waitForRoom'>;
  /** Called with the part of the file that has been read, from 0 to 1. */
  readonly progress: (part: number) => void;
  readonly notSent: (line: NotSent) => void;
  readonly signal: AbortSignal;
}

interface Line {
  readonly record: InputRecord;
  readonly place: string;
}

/** Producers do not run further ahead of the functions than this. */
const aheadAtMost = 50_000;
const linesBetweenChecks = 500;
/** What Kinesis takes. */
const longestKey = 256;
const largestRecord = 1024 * 1024;

/** Resolves with the number of events sent when all of them have been accepted; throws ReplayError. */
export async function replay(options: ReplayOptions): Promise<number> {
  const { file, speed, compiled, run, progress, notSent, signal } = options;
  const readers = new Map<string, EventReader | undefined>();
  const declared = declaredStreams(compiled).join(', ');
  const recorded = new RecordedEvents(file);
  const { bytes: size = 0 } = eventFile(file);
  let played = 0;
  let origin: { readonly time: number; readonly at: number } | undefined;
  for await (const { bytes, bytesRead } of readable(file)) {
    const lines: Line[] = [];
    recorded.each(bytes, (record) => lines.push({ record, place: recorded.place }));
    for (const { record, place } of lines) {
      const { stream, event, arrival, partitionKey, unreadable } = record;
      if (unreadable !== undefined) {
        notSent({ reason: 'cannot be read', told: unreadable });
        continue;
      }
      if (!readers.has(stream)) readers.set(stream, eventReader(compiled, stream));
      const reader = readers.get(stream);
      if (reader === undefined) {
        const told = `${place}: the pipeline has no stream ${JSON.stringify(stream)}, it has ${declared}`;
        notSent({ reason: `stream ${JSON.stringify(stream)}`, told });
        continue;
      }
      if (speed !== Infinity) {
        const time = arrival ?? reader.time(event);
        if (time !== undefined) {
          origin ??= { time, at: performance.now() };
          await keepPace(origin.at + (time - origin.time) / speed, run, signal);
        }
      }
      if (signal.aborted) return played;
      const key = partitionKey ?? reader.partitionKey(event);
      const json = JSON.stringify(event);
      const refusal = refused(key, json);
      if (refusal !== undefined) {
        notSent({ reason: refusal.reason, told: `${place}: ${refusal.told}` });
        continue;
      }
      await run.producer.put(stream, key, json);
      played += 1;
      if (played % linesBetweenChecks === 0) {
        progress(Math.min(1, bytesRead / size));
        await run.waitForRoom(aheadAtMost);
      }
    }
  }
  await run.producer.flush();
  progress(1);
  return played;
}

/** Why Kinesis would refuse a record, and with it all that are sent in the same call; undefined where it would not. */
function refused(key: string, json: string): NotSent | undefined {
  if (key === '') return { reason: 'partition key empty', told: 'the partition key is empty' };
  if (key.length > longestKey) {
    const told = `the partition key has ${count(key.length)} characters, Kinesis takes ${longestKey}`;
    return { reason: 'partition key too long', told };
  }
  // No character takes more than three bytes a unit.
  if ((json.length + key.length) * 3 <= largestRecord) return undefined;
  const bytes = Buffer.byteLength(json) + Buffer.byteLength(key);
  if (bytes <= largestRecord) return undefined;
  return { reason: 'too large', told: `the event has ${count(bytes)} bytes, Kinesis takes ${count(largestRecord)}` };
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** Sleeps until `due`, on the clock of `performance.now()`, with nothing left unsent. */
async function keepPace(due: number, run: ReplayOptions['run'], signal: AbortSignal): Promise<void> {
  if (due <= performance.now() + 5) return;
  await run.producer.flush();
  while (!signal.aborted) {
    const left = due - performance.now();
    if (left <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 500)));
  }
}

async function* readable(file: string): AsyncGenerator<WholeLines> {
  try {
    yield* wholeLines(eventFile(file));
  } catch (error) {
    throw new ReplayError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
