import { records } from '../../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../../pipelines/online-retail/online-retail-file.ts';
import { onlineRetail, testOn } from '../../shared-data.ts';
import { expectStanding } from './compare-standing.ts';
import { inOrder, overShards, shuffledWithinAMinute, standingInMemory } from './in-memory.ts';
import { standingAlerts } from './oracle.ts';

testOn(onlineRetail)(
  'what stands after all real orders is what the oracle says, in order, shuffled, and over four shards',
  async () => {
    const all = [...records(await readOnlineRetail(onlineRetail))];
    const expected = standingAlerts(all);
    expectStanding(standingInMemory(inOrder(all)), expected);
    expectStanding(standingInMemory(inOrder(shuffledWithinAMinute(all))), expected);
    expectStanding(standingInMemory(overShards(shuffledWithinAMinute(all), 4)), expected);
  },
  300_000,
);
