import fc from 'fast-check';
import type { EpochMillis } from '../../../engine/time.ts';
import { Kinesis } from '../../../local/kinesis/kinesis.ts';

type Step =
  | { readonly kind: 'put'; readonly key: string }
  | { readonly kind: 'read'; readonly limit: number }
  | { readonly kind: 'split' | 'merge' | 'wait'; readonly seed: number };

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('split' as const, 'merge' as const, 'wait' as const),
      seed: fc.nat(1000),
    }),
  },
);

const middle = (start: string, end: string): bigint => (BigInt(`0x${start}`) + BigInt(`0x${end}`)) / 2n + 1n;

/** Reads every shard after its parents, as a consumer does, a few records at a time. */
class Consumer {
  readonly seen: { readonly key: string; readonly text: string; readonly shard: string; readonly number: string }[] =
    [];
  readonly #iterators = new Map<string, ReturnType<Kinesis['iterator']> | undefined>();

  constructor(readonly kinesis: Kinesis) {}

  /** Answers whether it got on. */
  read(limit: number, now: EpochMillis): boolean {
    const stream = this.kinesis.stream('s');
    let moved = false;
    for (const shard of stream.shards(now)) {
      if (!this.#iterators.has(shard.id)) {
        if (shard.parents.some((parent) => !this.#iterators.has(parent) || this.#iterators.get(parent) !== undefined))
          continue;
        this.#iterators.set(shard.id, this.kinesis.iterator('s', shard.id, { type: 'TRIM_HORIZON' }, now));
      }
      const iterator = this.#iterators.get(shard.id);
      if (iterator === undefined) continue;
      const { slice, next } = this.kinesis.read(iterator, limit, now);
      for (const [index, record] of slice.records.entries())
        this.seen.push({
          key: record.partitionKey,
          text: record.data,
          shard: shard.id,
          number: shard.sequenceNumber(slice.from + index),
        });
      this.#iterators.set(shard.id, next);
      moved ||= slice.records.length > 0 || next === undefined;
      expect(slice.millisBehindLatest === 0).toBe(slice.next === shard.end);
    }
    return moved;
  }
}

test('nothing is lost and each key keeps its order, however the shards are split and merged meanwhile', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), (steps, shards) => {
      const kinesis = new Kinesis();
      let now = 1_000 as EpochMillis;
      kinesis.createStream('s', shards, 'PROVISIONED', now);
      const stream = kinesis.stream('s');
      const consumer = new Consumer(kinesis);
      const put: { readonly key: string; readonly text: string }[] = [];
      for (const [index, each] of steps.entries()) {
        const open = stream.openShards();
        if (each.kind === 'put') {
          put.push({ key: each.key, text: String(index) });
          stream.put(each.key, String(index), undefined, now);
        } else if (each.kind === 'read') consumer.read(each.limit, now);
        else if (each.kind === 'wait') now = (now + each.seed) as EpochMillis;
        else {
          const at = each.seed % open.length;
          const [one, next] = [open[at], open[at + 1]];
          if (each.kind === 'split' && one !== undefined)
            stream.split(one.id, String(middle(one.range.start, one.range.end)), now);
          else if (each.kind === 'merge' && one !== undefined && next !== undefined) stream.merge(one.id, next.id, now);
        }
      }
      while (consumer.read(3, now));
      const ofKey = (list: readonly { readonly key: string; readonly text: string }[], key: string) =>
        list.filter((record) => record.key === key).map((record) => record.text);
      for (const key of keys) expect(ofKey(consumer.seen, key)).toEqual(ofKey(put, key));
      for (const shard of stream.shards(now)) {
        const sequence = consumer.seen.filter((record) => record.shard === shard.id).map((record) => record.number);
        expect(sequence).toEqual([...new Set(sequence)].sort());
      }
    }),
    { numRuns: 300 },
  );
});
