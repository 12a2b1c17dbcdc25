import type { ShardPort } from '../../engine/protocol/advance-time.ts';
import { keyedOnly } from '../../functions/partition-keys.ts';

const shards: ShardPort = {
  shards: () => Promise.resolve([{ id: '0', parents: [], closed: false }]),
  atTip: () => Promise.resolve(true),
};

test('time does not go on for a stream whose records ignore partition keys, and the message says what it must have', async () => {
  const guarded = keyedOnly(
    shards,
    (stream) => `shop-${stream}`,
    (name) => Promise.resolve(name === 'shop-orders'),
  );
  await expect(guarded.shards('orders')).rejects.toThrow(
    'the stream orders, shop-orders in Kinesis, ignores partition keys: its RecordDistributionStrategy is AUTO, must be USER_PARTITION_KEY',
  );
  expect(await guarded.shards('carts')).toEqual([{ id: '0', parents: [], closed: false }]);
});
