/**
 * What a rule got of a record besides the event that it could not take: where it reads what other rules derive, one
 * record can bring it several events.
 */
import { Intake } from '../intake/intake.ts';
import type { InputRecord, Rejection } from '../intake/input-record.ts';
import type { Match, Receiver } from '../intake/receiver.ts';
import type { Compiled } from '../plan/program.ts';
import type { ChangingTables } from '../state/table-values.ts';
import type { EventReference, Touch } from '../state/touch.ts';

/**
 * The ids of the other events of their records that came to the rules of rejections: they are counted, or have dead
 * letters of their own. Records are read again for it, with the rows that they saw, and only in
 * pipelines that derive streams.
 */
export function otherEvents(
  compiled: Compiled,
  rejections: readonly Rejection[],
  tables: ChangingTables | undefined,
): (rejection: Rejection) => string[] {
  const got = new EventsByRule(compiled);
  const { plan, program } = compiled;
  if (Object.keys(program.streams).length > plan.streams.length) {
    const intake = new Intake(compiled, got, () => undefined, tables);
    const ofRules = rejections.filter(({ rule }) => rule !== undefined);
    for (const record of new Set(ofRules.map(({ record }) => record))) got.read(record, intake);
  }
  return (rejection) => got.others(rejection);
}

class EventsByRule implements Receiver {
  readonly #compiled: Compiled;
  readonly #events = new Map<InputRecord, Map<string, Set<string>>>();
  #reading = new Map<string, Set<string>>();

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  read(record: InputRecord, intake: Intake): void {
    this.#reading = new Map();
    this.#events.set(record, this.#reading);
    intake.read(record);
  }

  others({ record, rule = '', event }: Rejection): string[] {
    return [...(this.#events.get(record)?.get(rule) ?? [])].filter((id) => id !== event);
  }

  touch(rule: number, _: readonly unknown[], { event }: Touch): void {
    this.#got(this.#nameOf(rule), event.id);
  }

  match({ rule, touch }: Match): void {
    this.#got(this.#nameOf(rule), touch.event.id);
  }

  rejected({ rule, event }: Rejection): void {
    if (rule !== undefined && event !== undefined) this.#got(rule, event);
  }

  derived(rule: number, _: EventReference, __: unknown, of: string): void {
    this.#got(this.#nameOf(rule), of);
  }

  #nameOf(rule: number): string {
    return this.#compiled.plan.rules[rule]?.name ?? String(rule);
  }

  #got(rule: string, event: string): void {
    const events = this.#reading.get(rule) ?? new Set();
    this.#reading.set(rule, events.add(event));
  }
}
