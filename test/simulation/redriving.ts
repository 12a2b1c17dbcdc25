/** Puts dead letters back, as `weir replay` does, while other work goes on and once more when all is done. */
import type { LetterOutcome } from '../../engine/protocol/redrive.ts';
import type { LetterLine } from '../../functions/dead-letter.ts';
import { Dice } from './dice.ts';
import { type FunctionServices, redriveFunction } from './functions.ts';
import type { Arrived } from './play.ts';
import type { SentEvent } from './sent-event.ts';

/** Why a letter that was put right, or is late, may still be refused when all is read. */
const reasons = ['forgotten', 'final result of its window', 'may have been deleted'];
/** The function takes no more at a time. */
const mostLetters = 200;

export class Redriving {
  /** `<stream> <sequence number>` of each letter that counts now, with the rules that count it. */
  readonly counted = new Map<string, Set<string>>();
  readonly violations: string[] = [];
  readonly #services: FunctionServices;
  readonly #arrived: readonly Arrived[];
  readonly #dice: Dice;
  readonly #function: ReturnType<typeof redriveFunction>;
  /** Data that is sent as it should be: somebody else may be counting it at the time. */
  readonly #sent: ReadonlySet<string>;
  /** Of letters, by their names, the rules for which they were refused when last put back. */
  readonly #refused = new Map<string, readonly string[]>();
  /** Letters that were put back, where nobody does it again. */
  readonly #gone = new Set<string>();
  #calls = 0;

  constructor(services: FunctionServices, arrived: readonly Arrived[], events: readonly SentEvent[]) {
    this.#services = services;
    this.#arrived = arrived;
    this.#dice = Dice.named(services.history.seed, 'redriving');
    this.#function = redriveFunction(services);
    this.#sent = new Set(events.map(({ data }) => data));
  }

  get crashes(): number {
    return this.#function.crashes;
  }

  /** Some of the letters, soon. */
  async some(place: string): Promise<void> {
    const dice = Dice.named(this.#services.history.seed, `${place} redriving`);
    await this.#services.schedule.wait(dice.below(10_000));
    const some = this.#lines(false).filter(() => dice.percent(70));
    if (some.length > 0) await this.#call(some, `${place} redrive`);
  }

  /** Some of the letters at a time, now and then by two who do not know of each other. */
  async play(background: (work: Promise<unknown>) => void): Promise<void> {
    const { history, schedule } = this.#services;
    for (const at of history.redrive?.at ?? []) {
      await schedule.until(at);
      for (let calls = this.#dice.oneIn(4) ? 2 : 1; calls > 0; calls--) {
        const some = this.#lines(false).filter(() => this.#dice.percent(70));
        if (some.length > 0) background(this.#call(some));
        await schedule.wait(this.#dice.below(2000));
      }
    }
  }

  /** All letters, until it is said what came of them. */
  async finish(): Promise<void> {
    for (const outcomes of await this.#all())
      for (const { reason } of outcomes.flatMap(({ refused }) => refused))
        if (!reasons.some((one) => reason.includes(one))) this.violations.push(`a letter is refused: ${reason}`);
  }

  /** A call may have ended between its claim of a letter and the letter's put: others of the event count as there then. */
  #forgetUncounted(): void {
    const nameIn = ({ event, record }: Arrived): string => `${event.stream} ${record.SequenceNumber}`;
    for (const one of this.#arrived) {
      const rules = this.#refused.get(nameIn(one)) ?? [];
      const others = this.#arrived.filter(
        (other) => other !== one && other.event.mended !== undefined && other.event.mended === one.event.mended,
      );
      for (const other of others) for (const rule of rules) this.counted.get(nameIn(other))?.delete(rule);
    }
  }

  /** All letters once more: nothing is to be done. */
  async again(): Promise<void> {
    if (this.#services.history.redrive?.repeats !== true) return;
    for (const outcomes of await this.#all())
      for (const { putBack } of outcomes)
        if (putBack.length > 0) this.violations.push(`a letter is put back again for ${putBack.join()}`);
  }

  async #all(): Promise<LetterOutcome[][]> {
    if (this.#services.history.redrive === undefined) return [];
    const all = this.#lines(true);
    const done: LetterOutcome[][] = [];
    for (let at = 0; at < all.length; ) {
      const some = all.slice(at, at + mostLetters);
      const outcomes = await this.#call(some);
      if (outcomes === undefined) continue;
      done.push(outcomes);
      at += some.length;
    }
    this.#forgetUncounted();
    return done;
  }

  async #call(letters: readonly string[], place = `redrive ${this.#calls++}`): Promise<LetterOutcome[] | undefined> {
    const { late = false, repeats = false } = this.#services.history.redrive ?? {};
    const report = await this.#function.invoke({ letters, late, dryRun: false }, place);
    report?.letters.forEach(({ putBack, alreadyThere, refused }, i) => {
      const text = letters[i] ?? '';
      if (!repeats && refused.length === 0) this.#gone.add(text);
      const name = nameOf(JSON.parse(text) as LetterLine);
      this.#refused.set(
        name,
        refused.flatMap(({ rule = [] }) => rule),
      );
      const rules = this.counted.get(name) ?? new Set();
      this.counted.set(name, rules);
      for (const rule of [...putBack, ...alreadyThere]) rules.add(rule);
    });
    return report && [...report.letters];
  }

  /** The letters that were put right, and those that need not be. */
  #lines(all: boolean): string[] {
    const mended = new Map<string, string>(
      this.#arrived.flatMap(({ event, record }) => {
        const { stream, data } = event;
        return [[`${stream} ${record.SequenceNumber}`, event.mended ?? data] as const];
      }),
    );
    const broken: ReadonlySet<string> = new Set(
      this.#arrived.flatMap(({ event, record }) =>
        event.mended === undefined ? [] : [`${event.stream} ${record.SequenceNumber}`],
      ),
    );
    return this.#services.outlets.lines.flatMap((text) => {
      const line = JSON.parse(text) as LetterLine;
      const isLate = line.reason.includes('forgotten');
      if (!isLate && !broken.has(nameOf(line))) return [];
      // What a rule put into a stream lies in its letter as it was.
      const data = mended.get(nameOf(line)) ?? line.data;
      if (!all && !isLate && data !== null && this.#sent.has(data)) return [];
      const letter = JSON.stringify({ ...line, data });
      return this.#gone.has(letter) ? [] : [letter];
    });
  }
}

function nameOf({ stream, sequenceNumber }: LetterLine): string {
  return `${stream} ${sequenceNumber}`;
}
