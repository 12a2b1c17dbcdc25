/**
 * A sequence as data. Every step, and every `not`, is asked of events by itself and has a number; a partial match goes
 * from stage to stage, and each stage says which of them it waits for and which end it.
 */
import type { AbsenceDefinition, SequenceDefinition, SequencePart, StepDefinition } from '../pipeline/definition.ts';
import type { Millis } from '../time.ts';

export interface SequencePlan {
  readonly kind: 'sequence';
  readonly within: Millis;
  /** True where nothing may come between steps. */
  readonly strict: boolean;
  readonly skipsPastLast: boolean;
  /** By the number of a step, the position of its name; absent for a `not`. */
  readonly names: readonly (number | null)[];
  /** The names that are lists of events. */
  readonly lists: readonly number[];
  /** What must not have come before the first event. */
  readonly before: readonly { readonly step: number; readonly span: Millis }[];
  readonly stages: readonly StagePlan[];
  /** Events that a match holds at most. */
  readonly most: number;
}

export interface StagePlan {
  /** True where each of `steps` and `waits` must be; else the first that is. */
  readonly all: boolean;
  readonly steps: readonly number[];
  /** Over once nothing has come for so long. */
  readonly waits: readonly WaitPlan[];
  /** Numbers of what ends the partial match if it comes before the stage is over. */
  readonly guards: readonly number[];
  /** How often its one step is taken. */
  readonly least: number;
  readonly most: number;
}

export interface WaitPlan {
  readonly step: number;
  /** Absent: until `until` says, or else as long as a match may take. */
  readonly for?: Millis;
  readonly until?: true;
}

/** Steps and absences in the order of their numbers. */
export function numbered(parts: readonly SequencePart[]): (StepDefinition | AbsenceDefinition)[] {
  return parts.flatMap((part) => (part.kind === 'step' || part.kind === 'not' ? [part] : part.parts));
}

/** The steps that have names, in the order of these. */
export function namedSteps(parts: readonly SequencePart[]): StepDefinition[] {
  return numbered(parts).flatMap((part) => (part.kind === 'step' ? [part] : []));
}

export function sequencePlan({ within, match, after, parts }: SequenceDefinition): SequencePlan {
  const all = numbered(parts);
  const named = namedSteps(parts);
  const first = parts.findIndex(({ kind }) => kind !== 'not');
  const numberOf = (part: StepDefinition | AbsenceDefinition): number => all.indexOf(part);
  const wait = (part: AbsenceDefinition): WaitPlan => ({
    step: numberOf(part),
    ...(part.for !== undefined && { for: part.for }),
    ...(part.until !== undefined && { until: true }),
  });
  const stages: StagePlan[] = [];
  let guards: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (at < first) continue;
    const one = { all: true, steps: [], waits: [], guards, least: 1, most: 1 };
    if (part.kind === 'not') {
      const lasts = part.for !== undefined || part.until !== undefined || at === parts.length - 1;
      if (lasts) stages.push({ ...one, waits: [wait(part)] });
      else guards = [...guards, numberOf(part)];
      continue;
    }
    if (part.kind === 'step') {
      const { least, most } = part.times ?? { least: 1, most: 1 };
      stages.push({ ...one, steps: [numberOf(part)], least, most });
    } else {
      stages.push({
        ...one,
        all: part.kind === 'all',
        steps: part.parts.flatMap((inner) => (inner.kind === 'step' ? [numberOf(inner)] : [])),
        waits: part.parts.flatMap((inner) => (inner.kind === 'not' ? [wait(inner)] : [])),
      });
    }
    guards = [];
  }
  return {
    kind: 'sequence',
    within,
    strict: match === 'strict',
    skipsPastLast: after === 'skip-past-last',
    names: all.map((part) => (part.kind === 'step' ? named.indexOf(part) : null)),
    lists: named.flatMap(({ times }, at) => (times === undefined ? [] : [at])),
    before: parts
      .slice(0, first)
      .flatMap((part) => (part.kind === 'not' ? [{ step: numberOf(part), span: part.for ?? within }] : [])),
    stages,
    most: named.reduce((sum, { times }) => sum + (times?.most ?? 1), 0),
  };
}

/** True where a match follows from events alone that have come; false where it follows from some that have not. */
export function hasAbsence({ names }: SequencePlan): boolean {
  return names.includes(null);
}

/** How long before its first event events decide over a match. */
export function looksBack({ before }: SequencePlan): Millis {
  return Math.max(0, ...before.map(({ span }) => span)) as Millis;
}
