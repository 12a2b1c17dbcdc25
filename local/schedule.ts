import type { FunctionProcess } from './hosted-function.ts';

/** Invokes a function at a rate, as an EventBridge rule does, one invocation at a time. */
export class Schedule {
  private readonly target: FunctionProcess;
  private readonly clock: () => number;
  private readonly problem: (message: string) => void;
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;

  /** `every` in milliseconds; `clock` gives the time of an invocation; `problem` is told of a scheduled invocation that fails. */
  constructor(target: FunctionProcess, every: number, clock: () => number, problem: (message: string) => void) {
    this.target = target;
    this.clock = clock;
    this.problem = problem;
    this.timer = setInterval(() => {
      void this.tick();
    }, every);
  }

  /** Invokes the function now, with more in the event, after the invocation that runs; rejects where it fails. */
  async invoke(more: object): Promise<void> {
    while (this.running !== undefined) await this.running;
    const invocation = this.target.invoke(scheduledEvent(this.clock(), more));
    this.running = invocation.then(
      () => undefined,
      () => undefined,
    );
    await invocation.finally(() => {
      this.running = undefined;
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async tick(): Promise<void> {
    if (this.running !== undefined) return;
    try {
      await this.invoke({});
    } catch (error) {
      this.problem(error instanceof Error ? error.message : String(error));
    }
  }
}

function scheduledEvent(now: number, more: object): object {
  return { source: 'aws.events', 'detail-type': 'Scheduled Event', time: new Date(now).toISOString(), ...more };
}
