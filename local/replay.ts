/** Plays recorded events: one JSON object a line, in the order in which they arrived. */
import { createReadStream, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Compiled } from '../engine/plan/program.ts';
import { type EventReader, eventReader } from './event-reader.ts';
import type { LocalRun } from './local-run.ts';

/** A file that cannot be played, in words for the user. */
export class ReplayError extends Error {}

export interface ReplayOptions {
  readonly file: string;
  /** How many times faster than it happened; Infinity: as fast as it is taken. */
  readonly speed: number;
  readonly compiled: Compiled;
  readonly run: Pick<LocalRun, 'producer' | 'waitForRoom'>;
  /** Called with the part of the file that has been read, from 0 to 1. */
  readonly progress: (part: number) => void;
  readonly signal: AbortSignal;
}

interface ReplayLine {
  readonly stream: string;
  readonly event: unknown;
  readonly arrivalTime?: string | number;
  readonly partitionKey?: string;
}

/** Producers do not run further ahead of the functions than this. */
const aheadAtMost = 50_000;
const linesBetweenChecks = 500;

/** Resolves with the number of events when all of them have been accepted; throws ReplayError. */
export async function replay({ file, speed, compiled, run, progress, signal }: ReplayOptions): Promise<number> {
  const readers = new Map<string, EventReader | undefined>();
  const declared = compiled.plan.streams.map(({ name }) => name).join(', ');
  const { size } = statSync(file);
  let read = 0;
  let number = 0;
  let played = 0;
  let origin: { readonly time: number; readonly at: number } | undefined;
  for await (const line of readLines(file, (bytes) => (read = bytes))) {
    number += 1;
    if (line.trim() === '') continue;
    const place = `${file}:${String(number)}`;
    const { stream, event, arrivalTime, partitionKey } = parseLine(line, place);
    if (!readers.has(stream)) readers.set(stream, eventReader(compiled, stream));
    const reader = readers.get(stream);
    if (reader === undefined) {
      throw new ReplayError(`${place}: the pipeline has no stream ${JSON.stringify(stream)}, it has ${declared}`);
    }
    if (speed !== Infinity) {
      const time = arrivalTime === undefined ? reader.time(event) : new Date(arrivalTime).getTime();
      if (time !== undefined && !Number.isNaN(time)) {
        origin ??= { time, at: performance.now() };
        await keepPace(origin.at + (time - origin.time) / speed, run, signal);
      }
    }
    if (signal.aborted) return played;
    await run.producer.put(stream, partitionKey ?? reader.partitionKey(event), JSON.stringify(event));
    played += 1;
    if (played % linesBetweenChecks === 0) {
      progress(Math.min(1, read / size));
      await run.waitForRoom(aheadAtMost);
    }
  }
  await run.producer.flush();
  progress(1);
  return played;
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

function parseLine(line: string, place: string): ReplayLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw new ReplayError(`${place}: no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fields = (typeof parsed === 'object' ? parsed : null) as Partial<ReplayLine> | null;
  if (typeof fields?.stream !== 'string' || !('event' in fields)) {
    throw new ReplayError(`${place}: a line is {"stream": "…", "event": {…}}, this is ${line.slice(0, 60)}`);
  }
  return fields as ReplayLine;
}

async function* readLines(file: string, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const raw = createReadStream(file, { highWaterMark: 256 * 1024 });
  // Errors of either stream come out of the loop below.
  const text: Readable = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => undefined) : raw;
  text.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      onBytes(raw.bytesRead);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw new ReplayError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (rest !== '') yield rest;
}
