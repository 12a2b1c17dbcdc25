/** A pipeline in memory, with what it derives, tells and rejects. */
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { Rejection } from '../../../engine/intake/input-record.ts';
import { type DerivedEvent, InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, record } from '../protocol/batches.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

export const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

export function play(rules: string) {
  const derived: DerivedEvent[] = [];
  const alerts = new Map<string, AlertRecord>();
  const rejections: Rejection[] = [];
  const run = new InMemoryRun(compiled(withRules(rules)), {
    alert: (one) => alerts.set(one.id, one),
    rejected: (one) => rejections.push(one),
    derived: (one) => derived.push(one),
  });
  return {
    derived,
    rejections,
    send: (...given: readonly Given[]) => {
      for (const one of given) run.process(record(one));
    },
    advance: (to: number) => {
      run.advance((noon + to * minute) as EpochMillis);
    },
    end: () => {
      run.end();
    },
    get standing() {
      return [...alerts.values()]
        .filter(({ status }) => status !== 'withdrawn')
        .map(({ content: { key, values, window } }) => ({
          ...key,
          ...values,
          ...(window && { from: (window.start - noon) / minute }),
        }));
    },
  };
}
