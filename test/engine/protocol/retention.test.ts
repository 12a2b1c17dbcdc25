import { paneTimeToLive } from '../../../engine/protocol/retention.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon } from './batches.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const [plan] = compiled(withRules(rules['sliding, owned key, long cooldown'] ?? '')).plan.rules;
const day = 24 * 60;
/** Window, cooldown and allowed lateness, a day of the stream and one more. */
const kept = 4 + 15 + 5 + 2 * day;

test.each([
  ['of history is kept from its write on', -400 * day, 0],
  ['that ends after its write is kept from its end on', 3, 3],
])('a pane %s, for longer than anything may need it', (_, end, from) => {
  const at = (minutes: number) => (noon + minutes * minute) as EpochMillis;
  expect(paneTimeToLive(plan!, at(end), at(0))).toBe(at(from + kept) / 1000);
});
