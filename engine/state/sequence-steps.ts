/** What a sequence asks of events, ready to run, and what is kept of an event for it: the arguments of its touch. */
import { resetSteps } from '../expression/operators.ts';
import { isJsonObject, type JsonObject, type RuleProgram, type StepFunction } from '../plan/program.ts';
import type { SequencePlan, StagePlan } from '../plan/sequence-plan.ts';
import type { Touch } from './touch.ts';

/** What a sequence asks for, ready to run. */
export interface Sequence {
  readonly plan: SequencePlan;
  readonly conditions: readonly (StepFunction | undefined)[];
  readonly ends: readonly (StepFunction | undefined)[];
  /** The values of a match that has taken nothing. */
  readonly blank: readonly null[];
  /** Bits of the steps that a match can begin with, and of those that it can end with. */
  readonly firsts: number;
  readonly lasts: number;
  /** True where time ends a stage. */
  readonly waits: boolean;
}

export function sequenceOf(plan: SequencePlan, { conditions = [], ends = [] }: RuleProgram): Sequence {
  const { stages, names } = plan;
  return {
    plan,
    conditions,
    ends,
    blank: names.flatMap((name) => (name === null ? [] : [null])),
    firsts: bitsOfSteps(stages[0]),
    lasts: bitsOfSteps(stages.at(-1)),
    waits: stages.some(({ waits }) => waits.length > 0),
  };
}

function bitsOfSteps(stage: StagePlan | undefined): number {
  return (stage?.steps ?? []).reduce((bits, step) => bits | (1 << step), 0);
}

/** The steps that an event can be, each a bit, and what is kept of the event: the arguments of its touch. */
export function bitsOf({ args }: Touch): number {
  return Number(args[0]);
}

export function isBit(bits: number, step: number): boolean {
  return (bits & (1 << step)) !== 0;
}

/** True where an event is what a step asks for, given the values of the steps so far. */
export function isStep({ conditions }: Sequence, step: number, touch: Touch, values: readonly unknown[]): boolean {
  if (!isBit(bitsOf(touch), step)) return false;
  const condition = conditions[step];
  if (condition === undefined) return true;
  resetSteps();
  return condition(keptOf(touch), values, touch.event.t) === true;
}

export function keptOf({ args }: Touch): JsonObject {
  const kept = args[1];
  return isJsonObject(kept) ? kept : {};
}
