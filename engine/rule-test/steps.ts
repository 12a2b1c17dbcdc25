/** `steps`: events in the order in which they arrive, the watermark moved by hand, and what must stand on the way. */
import { isoTime } from '../aggregate/value.ts';
import { staticPath } from '../expression/tree.ts';
import { type Entry, entriesOf, type FieldTable, readFields } from '../pipeline/fields.ts';
import { listed } from '../pipeline/listed.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import type { Context } from './context.ts';
import { isJsonMap, type JsonMap, type Step } from './definition.ts';
import { readExpectedAlerts } from './expectation.ts';
import { readInstant } from './instant.ts';
import { readList, readMap } from './value.ts';

export const stepFields = { at: 'optional', arrives: 'optional', advance: 'optional', expect: 'optional' } as const;

const forms = 'a step is { at: 5m, <stream>: { …the event… } }, { advance: 1h } or { expect: [ …alerts… ] }';

export function readSteps(context: Context, entry: Entry, about?: readonly string[]): Step[] {
  const reader = new StepReader(context, about);
  return (readList(context.report, entry, `a list of steps: ${forms}`) ?? []).flatMap(
    (item) => reader.read(item) ?? [],
  );
}

class StepReader {
  readonly #context: Context;
  readonly #about: readonly string[] | undefined;
  /** How far the clock has come. */
  #now = beginningOfTime;

  constructor(context: Context, about: readonly string[] | undefined) {
    this.#context = context;
    this.#about = about;
  }

  read(item: Entry): Step | undefined {
    const { report, pipeline } = this.#context;
    const entries = entriesOf(report, item, 'test.step', forms);
    if (entries === undefined) return undefined;
    const streams = pipeline.streams.map(({ name }) => name);
    const table: FieldTable = { ...Object.fromEntries(streams.map((name) => [name, 'optional'])), ...stepFields };
    const derived = entries.find(({ name }) => pipeline.rules.some(({ into }) => into === name));
    if (derived !== undefined) {
      report.error('test.step.derived-stream', derived.key, `the events of '${derived.name}' are made by a rule`, {
        allowed: listed(streams),
      });
      return undefined;
    }
    const given = readFields(report, entries, item.key, { code: 'test.step', what: 'a step' }, table);
    const known = entries.filter(({ name }) => Object.hasOwn(table, name));
    const events = known.filter(({ name }) => !Object.hasOwn(stepFields, name));
    const [event] = events;
    const kinds = [...events, ...known.filter(({ name }) => name === 'advance' || name === 'expect')];
    if (kinds.length !== 1 || (event === undefined && (given['at'] ?? given['arrives']))) {
      // A name that is unknown was reported, and may have been what is missing.
      if (known.length === entries.length || kinds.length > 1) this.#reportShape(item);
      else for (const time of [given['at'], given['arrives']]) if (time) readInstant(this.#context, time);
      return undefined;
    }
    if (event !== undefined) return this.#event(event, item, given['at'], given['arrives']);
    if (given['advance']) return this.#advance(given['advance']);
    return (
      given['expect'] && { kind: 'expect', expect: readExpectedAlerts(this.#context, given['expect'], this.#about) }
    );
  }

  #reportShape({ key }: Entry): void {
    this.#context.report.error('test.step.shape', key, 'this step does not do exactly one thing', { allowed: forms });
  }

  #event(event: Entry, item: Entry, atEntry: Entry | undefined, arrivesEntry: Entry | undefined): Step | undefined {
    const { report, pipeline } = this.#context;
    const stream = pipeline.streams.find(({ name }) => name === event.name);
    if (atEntry === undefined) {
      report.error('test.step.at.missing', item.key, "an event needs 'at'", { allowed: 'for example: at: 5m' });
    }
    const at = atEntry && readInstant(this.#context, atEntry);
    const arrives = arrivesEntry && readInstant(this.#context, arrivesEntry);
    const fields = readMap(report, event, `the event, for example { id: e1 }`);
    if (arrivesEntry && arrives !== undefined && arrives < this.#now) {
      report.error(
        'test.step.arrives.backwards',
        arrivesEntry.range,
        'this event arrives before what stands above it',
        {
          allowed: 'steps in the order in which their events arrive',
        },
      );
    }
    if (at === undefined || fields === undefined) return undefined;
    const arrival = arrives ?? (Math.max(at, this.#now) as EpochMillis);
    this.#now = arrival;
    const path = stream?.eventTime === undefined ? undefined : staticPath(stream.eventTime.node);
    const timed = path?.[0] === 'event' ? withTime(fields, path.slice(1), isoTime(at)) : fields;
    return { kind: 'event', stream: event.name, arrival, event: timed };
  }

  #advance(entry: Entry): Step | undefined {
    const to = readInstant(this.#context, entry);
    if (to === undefined) return undefined;
    if (to < this.#now) {
      this.#context.report.error(
        'test.step.advance.backwards',
        entry.range,
        'the watermark never goes back, and time has come further already',
        {
          allowed: 'a time that is not before the steps above',
        },
      );
    }
    this.#now = to;
    return { kind: 'advance', to };
  }
}

/** The event with its time at a path of fields; one that has a value there keeps it, also where that is null. */
function withTime(fields: JsonMap, [name, ...rest]: readonly string[], time: string): JsonMap {
  if (name === undefined) return fields;
  const inner = fields[name];
  if (rest.length === 0) return Object.hasOwn(fields, name) ? fields : { ...fields, [name]: time };
  if (inner !== undefined && !isJsonMap(inner)) return fields;
  return { ...fields, [name]: withTime(inner ?? {}, rest, time) };
}
