/** What is added to a pane: neither what it holds already, nor what comes too late for it or finds it full. */
import type { Rejection } from '../intake/input-record.ts';
import { isLate, lateReason } from '../intake/lateness.ts';
import type { KeyedTouch } from '../intake/receiver.ts';
import type { WindowedRule } from '../state/compiled-rule.ts';
import { fullReason } from '../state/key-limits.ts';
import type { Pane } from '../state/pane.ts';
import type { RuleState } from '../state/rule-state.ts';
import { identityOf, isOfResult } from '../state/touch.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { holds } from './pane-store.ts';
import type { RuleTime } from './watermarks.ts';

export type Refusal = Pick<Rejection, 'kind' | 'reason'>;

export interface Admission {
  /** True where the pane held the event before the batch: it is a repeat. */
  holds(state: RuleState, pane: Pane, keyed: KeyedTouch): boolean;
  /** The windows of a rule that end up to then are past. */
  frontier(rule: WindowedRule): EpochMillis;
  /** Why the event may not be added; undefined where it may. */
  refusal(rule: WindowedRule, pane: Pane, keyed: KeyedTouch): Refusal | undefined;
}

/**
 * Of records that a shard delivers: those are repeats that the pane's progress covers. A result of another rule may lie
 * in several records: it is a repeat where the pane holds it, whose ids go back as far as the pane takes any in.
 */
export function admissionOf(shard: string, times: readonly RuleTime[]): Admission {
  return {
    holds: (state, pane, { touch: { event } }) =>
      holds(pane, shard, event.sequenceNumber) ||
      (isOfResult(event) && (pane.stored?.ids.has(identityOf(event)) === true || state.windows.keeps(event))),
    frontier: (rule) => timeOf(rule, times).frontier,
    refusal(rule, pane, { touch }) {
      const { watermark, frontier } = timeOf(rule, times);
      const late = pane.closed || isLate(rule, touch.event.t, pane.start, frontier);
      return late
        ? { kind: 'late', reason: lateReason(rule, watermark, frontier) }
        : refusalOfFull(fullReason(rule, pane, touch));
    },
  };
}

export function timeOf({ index }: WindowedRule, times: readonly RuleTime[]): RuleTime {
  return times[index] ?? { watermark: beginningOfTime, frontier: beginningOfTime, lateness: [] };
}

export function refusalOfFull(reason: string | undefined): Refusal | undefined {
  return reason === undefined ? undefined : { kind: 'invalid', reason };
}
