import {
  raiseWatermarks,
  readBegins,
  readWatermarks,
  readWriters,
  sayBegins,
} from '../../../engine/protocol/watermarks.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon } from './batches.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const { plan } = compiled(withRules(rules['tumbling, threshold']!));
const at = noon as EpochMillis;

test('where rules begin stands while watermarks rise and writers are counted, and the other way round', () => {
  const begun = sayBegins(plan, undefined, [at]);
  const raised = raiseWatermarks(plan, begun, [(at + 1) as EpochMillis], [12], [at], at);
  expect(readBegins(plan, raised)).toEqual([at]);
  const counted = raiseWatermarks(plan, undefined, [(at + 1) as EpochMillis], [12], [at], at);
  const said = sayBegins(plan, counted, [at]);
  for (const item of [raised, said]) {
    expect(readWatermarks(plan, item)).toEqual([at + 1]);
    expect(readWriters(plan, item)).toEqual([12]);
    expect(readBegins(plan, item)).toEqual([at]);
  }
  expect(raiseWatermarks(plan, said, [at], [12], [at], at)).toBeUndefined();
});
