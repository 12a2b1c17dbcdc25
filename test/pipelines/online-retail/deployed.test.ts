import { records, type StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../../pipelines/online-retail/online-retail-file.ts';
import { onlineRetail, testOn } from '../../shared-data.ts';
import { Recording } from './deployed.ts';
import { shuffledWithinAMinute } from './in-memory.ts';

const testOnData = testOn(onlineRetail);
const patience = 60_000;

/** The events of the first 20,000 lines. */
let beginning: readonly StreamRecord[];
let ordered: Recording;

beforeAll(async () => {
  beginning = [...records(await readOnlineRetail(onlineRetail, { first: 20_000 }))];
  ordered = await Recording.of(beginning);
}, patience);

afterAll(() => ordered.remove());

testOnData(
  'what stands after a replay is what the oracle and the backtest say',
  async () => {
    await ordered.expectOutcome({ shards: 1 });
  },
  patience,
);

testOnData(
  'four shards with every batch delivered twice leave standing the same, under the same ids',
  async () => {
    await ordered.expectOutcome({ shards: 4, redelivery: 'after' });
  },
  patience,
);

testOnData(
  'events up to a minute out of order leave standing what the ordered ones do, with two deliveries at the same time too',
  async () => {
    const shuffled = await Recording.of(shuffledWithinAMinute(beginning));
    await shuffled.expectOutcome({ shards: 1, redelivery: 'meanwhile' }).finally(() => shuffled.remove());
  },
  patience,
);
