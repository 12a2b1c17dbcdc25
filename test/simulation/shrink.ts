/** Makes a history that fails as small as it goes: leaves things out as long as it still fails. */
import type { History } from './history.ts';
import { type Verdict, verdictOn } from './verdict.ts';

export interface Shrunk {
  readonly history: History;
  readonly faults: readonly string[];
  readonly verdict: Verdict;
  /** Histories played to get there. */
  readonly plays: number;
}

const mostPlays = 600;

/** Answers nothing where the history does not fail. */
export async function shrink(drawn: History): Promise<Shrunk | undefined> {
  const shrinker = new Shrinker(drawn);
  return (await shrinker.begin()) ? shrinker.run() : undefined;
}

class Shrinker {
  #history: History;
  #faults: readonly string[] = [];
  #verdict: Verdict = { found: [], outcome: undefined };
  #plays = 0;

  constructor(history: History) {
    this.#history = history;
  }

  async begin(): Promise<boolean> {
    const verdict = await verdictOn(this.#history);
    this.#verdict = verdict;
    this.#faults = verdict.outcome?.faults ?? [];
    return verdict.found.length > 0;
  }

  async run(): Promise<Shrunk> {
    for (let before = -1; before !== this.#size && this.#plays < mostPlays; ) {
      before = this.#size;
      const history = this.#history;
      await this.#thin(history.forms, (forms) => ({ history: { ...this.#history, forms }, faults: this.#faults }));
      await this.#thin(this.#faults, (faults) => ({ history: this.#history, faults }));
      for (const part of ['reshards', 'outages', 'restarts', 'rows', 'events'] as const)
        await this.#thin<unknown>(this.#history[part], (rest) => ({
          history: { ...this.#history, [part]: rest },
          faults: this.#faults,
        }));
      await this.#simplify();
    }
    return { history: this.#history, faults: this.#faults, verdict: this.#verdict, plays: this.#plays };
  }

  get #size(): number {
    const { forms, rows, events, reshards, outages, restarts } = this.#history;
    return [forms, rows, events, reshards, outages, restarts, this.#faults].reduce((sum, list) => sum + list.length, 0);
  }

  /** Leaves out runs of a list, long ones first. */
  async #thin<T>(
    list: readonly T[],
    of: (rest: readonly T[]) => { readonly history: History; readonly faults: readonly string[] },
  ): Promise<void> {
    let rest = list;
    for (let length = Math.ceil(rest.length / 2); length > 0; length = length === 1 ? 0 : Math.ceil(length / 2)) {
      for (let at = rest.length - length; at > -length; at -= length) {
        const without = [...rest.slice(0, Math.max(0, at)), ...rest.slice(at + length)];
        const { history, faults } = of(without);
        if (history.forms.length > 0 && (await this.#fails(history, faults))) rest = without;
      }
    }
  }

  async #simplify(): Promise<void> {
    const simpler: Partial<History>[] = [
      { shards: { orders: 1, carts: 1 } },
      { trail: 0 },
      { skippedMinutes: 0 },
      { coldStarts: 0 },
      { ends: true },
      { batchSize: 100 },
      { weather: { ...this.#history.weather, latency: 10 } },
    ];
    for (const change of simpler) await this.#fails({ ...this.#history, ...change }, this.#faults);
  }

  /** True where it fails still; then it takes the place of what was there. */
  async #fails(history: History, faults: readonly string[]): Promise<boolean> {
    if (this.#plays >= mostPlays) return false;
    this.#plays++;
    const verdict = await verdictOn(history, new Set(faults));
    if (verdict.found.length === 0) return false;
    this.#history = history;
    this.#faults = verdict.outcome?.faults ?? faults;
    this.#verdict = verdict;
    return true;
  }
}
