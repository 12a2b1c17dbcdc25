/**
 * Virtual time. Whoever waits goes on when the clock shows its instant, one at a time: the next goes on only when the
 * one before waits again, so that everything follows from who asked for what.
 */
interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly resume: () => void;
}

export class Schedule {
  now: number;
  #asked = 0;
  /** A heap, the earliest first. */
  readonly #waiting: Waiting[] = [];

  constructor(start: number) {
    this.now = start;
  }

  wait(millis: number): Promise<void> {
    return this.until(this.now + millis);
  }

  until(instant: number): Promise<void> {
    return new Promise((resume) => {
      this.#add({ at: Math.max(instant, this.now), order: this.#asked++, resume });
    });
  }

  /** Lets the clock go until the work is done; rejects where it fails, or where nobody is left who waits. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const state = { isOver: false };
    const result = work().finally(() => (state.isOver = true));
    // It is awaited below; until then a failure is nobody's.
    result.catch(() => undefined);
    for (;;) {
      // It comes when no promise is left that anybody could go on with; a turn of the event loop would cost a seventh more.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (state.isOver) return result;
      const next = this.#take();
      if (next === undefined) throw new Error('everybody waits for somebody else');
      this.now = next.at;
      next.resume();
    }
  }

  #add(waiting: Waiting): void {
    const heap = this.#waiting;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(waiting, heap[parent])) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = waiting;
  }

  #take(): Waiting | undefined {
    const heap = this.#waiting;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = isEarlier(heap[left + 1], heap[left]) ? left + 1 : left;
      const next = heap[child];
      if (next === undefined || !isEarlier(next, last)) break;
      heap[at] = next;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isEarlier(a: Waiting | undefined, b: Waiting | undefined): boolean {
  if (a === undefined) return false;
  return b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order);
}
