/** What must not have come before a sequence begins. */
import { looksBack } from '../plan/sequence-plan.ts';
import type { EpochMillis } from '../time.ts';
import type { OrderedLog } from './ordered-log.ts';
import type { PartialMatch } from './partial-match.ts';
import { isStep, type Sequence } from './sequence-steps.ts';

/** True where something of that kind came before the first event of a match. */
export function cameBefore(sequence: Sequence, log: OrderedLog, { first, values }: PartialMatch): boolean {
  const { before } = sequence.plan;
  if (before.length === 0) return false;
  const { t } = first.event;
  return log
    .between((t - looksBack(sequence.plan)) as EpochMillis, t)
    .some((touch) =>
      before.some(({ step, span }) => touch.event.t >= t - span && isStep(sequence, step, touch, values)),
    );
}
