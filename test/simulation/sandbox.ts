/**
 * One execution environment of a function: its calls take time, go wrong, and end with it. A call that has left when
 * the environment dies arrives all the same, and nobody hears the answer.
 */
import { Dice } from './dice.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Schedule } from './schedule.ts';

const faults = [
  'throttled',
  'throttled',
  'partial',
  'partial',
  'answer lost',
  'answer lost',
  'done twice',
  'done again late',
  'fails and is done late',
  'slow',
  'crash before',
  'crash after',
  'crash within',
] as const;
type Fault = (typeof faults)[number];

export interface Weather {
  /** Of a thousand calls, so many go wrong. */
  readonly faults: number;
  /** Milliseconds that a call takes at most, each way. */
  readonly latency: number;
}

/** A call that takes very long: of those of an invocation with this operation, the one with this number. */
export interface Stall {
  readonly operation: string;
  readonly number: number;
  /** True where it arrives when its environment has outrun its time, and another has read on. */
  readonly isLast?: boolean;
}

/** How a service does one call. `some` is true where it does only a part of it, and says so. */
export interface Deed<T> {
  readonly operation: string;
  perform(some: boolean): T;
  /** Where others can come in between: the first part of the call, and then the rest. */
  readonly parts?: readonly [() => void, () => T];
}

export class Sandbox {
  readonly name: string;
  /** Resolves when the environment dies. */
  readonly death: Promise<'died'>;
  isDead = false;
  /** The invocation that it serves, as faults name it. */
  place = '';
  crashes = 0;
  #calls = 0;
  #toStall = 0;
  #stall: Stall | undefined;
  #die: () => void = () => undefined;
  readonly #dice: Dice;
  readonly #plan: FaultPlan;
  readonly #schedule: Schedule;
  readonly #weather: Weather;

  constructor(name: string, seed: number, plan: FaultPlan, schedule: Schedule, weather: Weather) {
    this.name = name;
    this.death = new Promise((resolve) => (this.#die = () => resolve('died')));
    this.#dice = Dice.named(seed, name);
    this.#plan = plan;
    this.#schedule = schedule;
    this.#weather = weather;
  }

  /** Begins an invocation. */
  serve(place: string, stall: Stall | undefined): void {
    this.place = place;
    this.#calls = 0;
    this.#toStall = stall?.number ?? 0;
    this.#stall = stall;
  }

  die(): void {
    this.isDead = true;
    this.#die();
  }

  /** As adapters wait before they try again. */
  wait(bound: number): Promise<void> {
    return this.sleep(Math.ceil(bound / 2) + this.#dice.below(Math.ceil(bound / 2)));
  }

  async sleep(millis: number): Promise<void> {
    await this.#schedule.wait(millis);
    if (this.isDead) await never();
  }

  async call<T>({ operation, parts, ...deed }: Deed<T>): Promise<T> {
    const perform = (some: boolean): T => deed.perform(some);
    if (this.isDead) return never();
    const stalls = operation === this.#stall?.operation && this.#toStall-- === 0;
    const isLast = stalls && this.#stall?.isLast === true;
    const fault = isLast ? undefined : this.#fault(operation);
    const delay = 1000 * (1 + this.#dice.below(90));
    if (fault === 'crash before') return this.#crash();
    if (stalls) await this.#schedule.wait(1000 * ((isLast ? 90 : 10) + this.#dice.below(40)));
    await this.#schedule.wait(this.#latency(fault));
    if (fault === 'throttled') return this.#answer(() => refuse('ThrottlingException'));
    if (fault === 'fails and is done late') {
      void this.#schedule.wait(delay).then(() => attempt(() => perform(false)));
      return this.#answer(() => refuse('TimeoutError'));
    }
    if (fault === 'crash within') {
      attempt(() => perform(true));
      return this.#crash();
    }
    if (fault === 'partial') {
      return this.#answer(attempt(() => perform(true)));
    }
    if (parts !== undefined && fault === undefined && this.#dice.oneIn(4)) {
      parts[0]();
      await this.#schedule.wait(this.#latency(undefined));
      return this.#answer(attempt(parts[1]));
    }
    let answer = attempt(() => perform(false));
    if (fault === 'crash after') return this.#crash();
    if (fault === 'answer lost') return this.#answer(() => refuse('TimeoutError'));
    if (fault === 'done twice') {
      await this.#schedule.wait(this.#latency(undefined));
      answer = attempt(() => perform(false));
    }
    if (fault === 'done again late') void this.#schedule.wait(delay).then(() => attempt(() => perform(false)));
    return this.#answer(answer);
  }

  #fault(operation: string): Fault | undefined {
    return this.#plan.draw(`${this.place} call ${this.#calls++} ${operation}`, this.#weather.faults, faults);
  }

  #latency(fault: Fault | undefined): number {
    if (fault === 'slow') return 2000 + this.#dice.below(70_000);
    if (this.#plan.isCalm) return 1 + this.#dice.below(10);
    // Now and then one call takes as long as several of somebody else's, who may come in between.
    return 1 + this.#dice.below(this.#weather.latency) * (this.#dice.oneIn(8) ? 8 : 1);
  }

  #crash(): Promise<never> {
    this.crashes++;
    this.die();
    return never();
  }

  async #answer<T>(answer: () => T): Promise<T> {
    await this.#schedule.wait(this.#latency(undefined));
    if (this.isDead) return never();
    return answer();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function attempt<T>(work: () => T): () => T {
  try {
    const answer = work();
    return () => answer;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function refuse(name: string): never {
  throw Object.assign(new Error(`the simulated service answers ${name}`), { name });
}
