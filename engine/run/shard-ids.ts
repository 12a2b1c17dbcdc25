/** The recent ids of every shard of an in-memory run. */
import { RecentIds } from '../intake/recent-ids.ts';
import type { Plan } from '../plan/plan.ts';

export class ShardIds {
  readonly #within: ReadonlyMap<string, Plan['streams'][number]['dedupeWithin']>;
  readonly #all = new Map<string, RecentIds | undefined>();
  /** Most events come on the shard of the one before. */
  #last: { readonly shard: string; readonly ids: RecentIds | undefined } = { shard: '', ids: undefined };

  constructor({ streams }: Plan) {
    this.#within = new Map(streams.map(({ name, dedupeWithin }) => [name, dedupeWithin]));
  }

  /** Those of `<stream>/<shardId>`; undefined where its ids are not remembered. */
  of(shard: string): RecentIds | undefined {
    if (shard === this.#last.shard) return this.#last.ids;
    if (!this.#all.has(shard)) {
      const within = this.#within.get(shard.slice(0, shard.indexOf('/')));
      this.#all.set(shard, within === undefined || within === 0 ? undefined : new RecentIds(within));
    }
    this.#last = { shard, ids: this.#all.get(shard) };
    return this.#last.ids;
  }
}
