/** The newest events of a window, up to a limit: a bounded set, so merging is associative and commutative. */
import { compareEvidence, type Touch } from './touch.ts';

export class Evidence {
  readonly #limit: number;
  readonly touches: Touch[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(touch: Touch): void {
    const { touches } = this;
    if (this.#limit === 0) return;
    let at = touches.length;
    while (at > 0) {
      const before = touches[at - 1];
      if (before === undefined) break;
      const order = compareEvidence(before, touch);
      if (order === 0) return;
      if (order < 0) break;
      at--;
    }
    if (at === touches.length) touches.push(touch);
    else if (at > 0 || touches.length < this.#limit) touches.splice(at, 0, touch);
    if (touches.length > this.#limit) touches.shift();
  }
}
