import { records, type StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../../pipelines/online-retail/online-retail-file.ts';
import { onlineRetail, testOn } from '../../shared-data.ts';
import { expectStanding } from './compare-standing.ts';
import { inOrder, overShards, shuffledWithinAMinute, standingInMemory } from './in-memory.ts';
import { standingAlerts } from './oracle.ts';

const testOnData = testOn(onlineRetail);

let first: Promise<StreamRecord[]> | undefined;

/** The events of the first 20,000 lines, read once. */
function beginning(): Promise<StreamRecord[]> {
  first ??= readOnlineRetail(onlineRetail, { first: 20_000 }).then((conversion) => [...records(conversion)]);
  return first;
}

testOnData('what stands after real orders is what the oracle says', async () => {
  const all = await beginning();
  const expected = standingAlerts(all);
  expect(new Set(expected.map(({ rule }) => rule)).size).toBe(5);
  expectStanding(standingInMemory(inOrder(all)), expected);
});

testOnData('four shards leave standing what one does', async () => {
  const all = await beginning();
  expectStanding(standingInMemory(overShards(all, 4)), standingAlerts(all));
});

testOnData('events up to a minute out of order leave standing what the ordered ones do', async () => {
  const all = await beginning();
  const shuffled = shuffledWithinAMinute(all);
  expect(shuffled).not.toEqual(all);
  expectStanding(standingInMemory(inOrder(shuffled)), standingAlerts(all));
  expectStanding(standingInMemory(overShards(shuffled, 4)), standingAlerts(all));
});
