/** `npm run simulate` plays as many histories as one likes; these are in every test run. */
import { simulate } from './simulate.ts';

const patience = 600_000;

test(
  'what stands, is told and is kept after any history is what the perfect run gives',
  async () => {
    const { coverage, failed } = await simulate({ from: 1, seeds: 300, processes: 2 });
    expect(failed).toEqual([]);
    expect(coverage.gaps).toEqual([]);
    expect(coverage.histories).toBe(300);
  },
  patience,
);
