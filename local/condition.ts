/** Lets one part of a process sleep until another has something new. */
export class Condition {
  private readonly sleepers = new Set<() => void>();

  /** Wakes all that wait now. */
  notify(): void {
    for (const wake of [...this.sleepers]) wake();
  }

  /** Until the next `notify`, or for so many milliseconds. */
  wait(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(wake, milliseconds);
      this.sleepers.add(wake);
    });
  }
}
