/** The panes of one rule that are to be emitted finally, by when. */
import { type EpochMillis, endOfTime } from '../time.ts';
import type { Pane } from '../state/pane.ts';
import type { RuleState } from '../state/rule-state.ts';

export interface DuePane {
  readonly state: RuleState;
  readonly pane: Pane;
}

export class DuePanes {
  readonly #byTime = new Map<EpochMillis, DuePane[]>();
  /** By pane, the earliest. */
  readonly #awaited = new Map<Pane, EpochMillis>();
  /** The earliest of all. */
  next: EpochMillis = endOfTime;

  /** When a pane is due as far as is known; undefined: it is not. */
  awaited(pane: Pane): EpochMillis | undefined {
    return this.#awaited.get(pane);
  }

  add(at: EpochMillis, due: DuePane): void {
    const awaited = this.#awaited.get(due.pane);
    if (awaited !== undefined && awaited <= at) return;
    this.#awaited.set(due.pane, at);
    const same = this.#byTime.get(at);
    if (same === undefined) this.#byTime.set(at, [due]);
    else same.push(due);
    if (at < this.next) this.next = at;
  }

  /** Takes out what is due by a watermark, the earliest first. */
  take(watermark: EpochMillis): DuePane[] {
    if (watermark < this.next) return [];
    const taken: DuePane[] = [];
    this.next = endOfTime;
    for (const at of [...this.#byTime.keys()].sort((a, b) => a - b)) {
      if (at > watermark) {
        this.next = at;
        break;
      }
      for (const due of this.#byTime.get(at) ?? []) {
        taken.push(due);
        this.#awaited.delete(due.pane);
      }
      this.#byTime.delete(at);
    }
    return taken;
  }
}
