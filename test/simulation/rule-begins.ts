/** Where rules began, in event time, as their functions have said it. */
import type { Compiled } from '../../engine/plan/program.ts';
import { readBegins, watermarkKey } from '../../engine/protocol/watermarks.ts';
import type { EpochMillis } from '../../engine/time.ts';
import type { Tables } from './tables.ts';
import { itemOf } from './witness.ts';

/** By the rule's position. */
export function beginsOf({ plan }: Compiled, tables: Tables): (EpochMillis | undefined)[] {
  const items = tables.items('state').filter(({ pk }) => pk?.S === watermarkKey.pk);
  return readBegins(plan, items.map(itemOf)[0]);
}
