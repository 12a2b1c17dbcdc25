/** An intake of small pipelines, and what comes of one event. */
import { Intake } from '../../../engine/intake/intake.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { Collected } from '../../../engine/intake/receiver.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import type { EpochMillis } from '../../../engine/time.ts';

export interface IntakeUnderTest {
  readonly intake: Intake;
  readonly found: Collected;
}

export function intakeOf(rules: string, stream = ''): IntakeUnderTest {
  const { definition, faults } = readPipeline(`pipeline: test
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    clockSkew: 5m${stream}
rules:
${rules}`);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  const found = new Collected();
  return { intake: new Intake(compileHere(definition), found, () => undefined), found };
}

export const sums = `  spent:
    from: orders
    where: event.type == "order"
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      spent: sum(event.total)
      largest: max(event.total)
      big: count(event.total > 100)
    having: spent > 5
    alert:
      severity: low
      title: '{{ customer }}'`;

export const noon = Date.parse('2026-03-02T12:00:00Z');
export const order = { id: 'e1', type: 'order', customer: 'ann', total: 10, at: noon };

export function record(event: unknown, more: Partial<InputRecord> = {}): InputRecord {
  return { stream: 'orders', shard: '0', sequenceNumber: '7', arrival: noon as EpochMillis, event, ...more };
}

/** What comes of one event: the touches' arguments, and the reasons for what is rejected. */
export function outcome(event: unknown, more: Partial<InputRecord> = {}, { intake, found } = intakeOf(sums)) {
  const before = { touches: found.touches.length, rejections: found.rejections.length };
  intake.read(record(event, more));
  return {
    touches: found.touches.slice(before.touches).map(({ groups, touch }) => [groups, touch.args]),
    reasons: found.rejections
      .slice(before.rejections)
      .map(({ kind, rule, reason }) => `${kind} ${rule ?? 'whole'}: ${reason}`),
  };
}
