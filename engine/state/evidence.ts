/** The newest events of a window, up to a limit: a bounded set, so merging is associative and commutative. */
import { compareEvidence, type Touch } from './touch.ts';

const none: readonly Touch[] = [];

export class Evidence {
  readonly #limit: number;
  /** Of most windows there is one: it stands by itself, for a list takes more memory. */
  #touches: Touch[] | Touch | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get touches(): readonly Touch[] {
    if (this.#touches === undefined) return none;
    return Array.isArray(this.#touches) ? this.#touches : [this.#touches];
  }

  add(touch: Touch): void {
    if (this.#limit === 0) return;
    if (this.#touches === undefined) {
      this.#touches = touch;
      return;
    }
    const touches = Array.isArray(this.#touches) ? this.#touches : (this.#touches = [this.#touches]);
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
