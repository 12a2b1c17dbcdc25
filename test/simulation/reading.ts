/** How the streams of a history are read: those of events by one event source mapping after the other. */
import type { Stream } from '../../local/kinesis/stream.ts';
import { Dice } from './dice.ts';
import { EventSource, type SourceServices } from './event-source.ts';
import type { streamFunction } from './functions.ts';

type StreamFunction = ReturnType<typeof streamFunction>;

export interface ReadingServices extends Omit<SourceServices, 'name' | 'stream' | 'invoke'> {
  readonly stream: (name: string) => Stream;
}

export class Reading {
  overlaps = 0;
  readonly #services: ReadingServices;

  constructor(services: ReadingServices) {
    this.#services = services;
  }

  async read(name: string, processStream: StreamFunction): Promise<void> {
    const { history, background, schedule, changed } = this.#services;
    const dice = Dice.named(history.seed, `restarts of ${name}`);
    const restarts = history.restarts.filter(({ stream }) => stream === name).sort((a, b) => a.at - b.at);
    let positions: ReadonlyMap<string, number> = new Map();
    for (let generation = 0; generation <= restarts.length; generation++) {
      const source = new EventSource(this.#sourceOf(name, processStream), positions, generation);
      const restart = restarts[generation];
      const running = source.run();
      if (restart === undefined) await running;
      else {
        background(running);
        await schedule.until(restart.at);
        source.stop();
        changed();
      }
      this.overlaps += source.overlaps;
      positions =
        restart?.from === 'beginning'
          ? new Map()
          : new Map([...source.positions].map(([shard, position]) => [shard, 1 + dice.below(position)]));
    }
  }

  /** Reads the results of rules as they come, and gives none of them up. */
  async follow(name: string, processStream: StreamFunction, isOver: () => boolean): Promise<void> {
    const { retries: _, redrive: __, ...history } = this.#services.history;
    const own = { history, isEnded: isOver, redrive: () => Promise.resolve() };
    const source = new EventSource({ ...this.#sourceOf(name, processStream), ...own }, new Map(), 0);
    await source.run();
    this.overlaps += source.overlaps;
  }

  #sourceOf(name: string, processStream: StreamFunction): SourceServices {
    return {
      ...this.#services,
      name,
      stream: this.#services.stream(name),
      invoke: (event, place, overtaken) => processStream.invoke(event, place, overtaken),
    };
  }
}
