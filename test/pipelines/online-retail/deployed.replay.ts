import { records, type StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../../pipelines/online-retail/online-retail-file.ts';
import { onlineRetail, testOn } from '../../shared-data.ts';
import { type Conditions, Recording } from './deployed.ts';
import { shuffledWithinAMinute } from './in-memory.ts';

const testOnData = testOn(onlineRetail);
const patience = 600_000;

let all: readonly StreamRecord[];

beforeAll(async () => {
  all = [...records(await readOnlineRetail(onlineRetail))];
}, patience);

async function expectAll(arrivals: readonly StreamRecord[], conditions: readonly Conditions[]): Promise<void> {
  const recording = await Recording.of(arrivals);
  try {
    for (const each of conditions) await recording.expectOutcome(each);
  } finally {
    await recording.remove();
  }
}

testOnData(
  'what stands after all real orders is the same on one and four shards, delivered once, twice, and twice at a time',
  async () => {
    await expectAll(all, [
      { shards: 1 },
      { shards: 4 },
      { shards: 1, redelivery: 'after' },
      { shards: 4, redelivery: 'meanwhile' },
    ]);
  },
  patience,
);

testOnData(
  'what stands after all real orders is the same when they come up to a minute out of order',
  async () => {
    await expectAll(shuffledWithinAMinute(all), [{ shards: 1 }, { shards: 4, redelivery: 'after' }]);
  },
  patience,
);
