/** `sequence`: events that follow each other, and what must not come between them. */
import { isMap, isSeq, type ParsedNode } from 'yaml';
import type { Scope } from '../expression/expression.ts';
import { readChoice } from './choice.ts';
import {
  type AbsenceDefinition,
  sequenceAfters,
  type SequenceDefinition,
  sequenceMatches,
  type SequencePart,
  type StepDefinition,
} from './definition.ts';
import { readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, mapEntries } from './fields.ts';
import type { RuleFields } from './rule-parts.ts';
import { type Place, readAbsence, readStep, type StepContext, type StepName } from './sequence-step.ts';
import type { StreamName } from './stream-name.ts';
import { rangeOf } from './yaml-node.ts';
import { sizes } from './window-sizes.ts';

/** Each event is asked of every step of its stream. */
const mostSteps = 20;
const example = 'a list of steps, for example: - order: { where: \'event.type == "order"\' }';

export interface SequenceReading {
  readonly definition?: SequenceDefinition;
  /** All steps with a name, in order. */
  readonly steps: readonly StepName[];
  /** All streams that its steps name, at each place. */
  readonly from: readonly StreamName[];
  /** What sees `event`, and of which streams. */
  readonly eventScopes: readonly { readonly scope: Scope; readonly from: readonly string[] }[];
}

/** `from` is what the rule says for all steps; undefined where it says nothing. */
export function readSequence(
  report: FaultReport,
  { sequence, within: length, match: strategy, after: next }: RuleFields & { readonly sequence: Entry },
  seen: Pick<StepContext, 'params' | 'tables'>,
  from: readonly StreamName[] | undefined,
): SequenceReading {
  const within = length && readDuration(report, length, sizes);
  const match = strategy ? readChoice(report, strategy, sequenceMatches) : 'skip-till-next';
  const after = next ? readChoice(report, next, sequenceAfters) : 'skip-past-last';
  const context: StepContext = { report, ...seen, from, within, steps: [], named: [], eventScopes: [] };
  const elements = elementsOf(report, sequence);
  const firstStep = elements.findIndex(({ name }) => name !== 'not');
  const parts = elements.map((element, at): SequencePart | undefined => {
    const place = at < firstStep ? 'first' : at === elements.length - 1 ? 'last' : 'between';
    return readPart(context, element, place, at < firstStep ? elements[firstStep] : undefined);
  });
  const { steps, named, eventScopes } = context;
  if (elements.length > 0 && firstStep < 0)
    report.error('rule.sequence.no-step', sequence.key, "the sequence has no step but 'not': nothing begins it", {
      allowed: 'a step before or after it',
    });
  if (steps.length > mostSteps)
    report.error('rule.sequence.too-many-steps', sequence.key, `the sequence has ${steps.length} steps`, {
      allowed: `at most ${mostSteps}`,
    });
  const whole = parts.flatMap((part) => part ?? []);
  const isWhole = whole.length === parts.length && whole.length > 0 && firstStep >= 0 && steps.length <= mostSteps;
  return {
    steps,
    from: named,
    eventScopes,
    ...(isWhole &&
      within !== undefined &&
      match !== undefined &&
      after !== undefined && { definition: { kind: 'sequence', within, match, after, parts: whole } }),
  };
}

export function hasNot({ definition }: SequenceReading): boolean {
  const isNot = (part: SequencePart): boolean => part.kind === 'not' || ('parts' in part && part.parts.some(isNot));
  return definition?.parts.some(isNot) === true;
}

/** The steps of a list, each a map with one key. */
function elementsOf(report: FaultReport, list: Entry): Entry[] {
  if (!isSeq(list.value) || list.value.items.length === 0) {
    report.error(`${list.code}.not-a-list`, list.range, `'${list.name}' has no steps`, { allowed: example });
    return [];
  }
  return list.value.items.flatMap((item: ParsedNode): Entry[] => {
    const entries = isMap(item) ? mapEntries(item, 'rule.sequence') : [];
    const [entry, second] = entries;
    if (entry !== undefined && second === undefined) return [entry];
    const what = second === undefined ? 'is no step' : `has two names, '${entry?.name ?? ''}' and '${second.name}'`;
    report.error(
      'rule.sequence.step',
      second?.key ?? report.source.inFirstLine(rangeOf(item)),
      `this part of the sequence ${what}`,
      { allowed: `one name for each, with a '-' before it: ${example}` },
    );
    return [];
  });
}

function readPart(
  context: StepContext,
  element: Entry,
  place: Place,
  next: Entry | undefined,
): SequencePart | undefined {
  if (element.name === 'not') return readAbsence(context, element, place, next);
  if (element.name !== 'all' && element.name !== 'any') return readStep(context, element, 'alone');
  return readGroup(context, { ...element, code: `rule.sequence.${element.name}` }, element.name);
}

/** Steps in whichever order: none sees the others. */
function readGroup(context: StepContext, group: Entry, kind: 'all' | 'any'): SequencePart | undefined {
  const { report, steps } = context;
  const inner: StepContext = { ...context, steps: [...steps] };
  const isFirst = steps.length === 0;
  const elements = elementsOf(report, group);
  const found: StepName[] = [];
  const parts = elements.map((element): StepDefinition | AbsenceDefinition | undefined => {
    const own: StepContext = { ...inner, steps: [...inner.steps] };
    if (element.name === 'all' || element.name === 'any') {
      report.error(
        'rule.sequence.nested',
        element.key,
        `'${element.name}' cannot stand in '${kind}': a group holds steps`,
        { allowed: "steps, and 'not' with 'for' or 'until'" },
      );
      return undefined;
    }
    if (element.name !== 'not') {
      const step = readStep(own, element, kind);
      found.push(...own.steps.slice(inner.steps.length));
      return step;
    }
    if (isFirst) {
      report.error(
        'rule.sequence.not.first',
        element.key,
        `a 'not' cannot stand in the '${kind}' that begins a match`,
        {
          allowed: `'not' before '${kind}', as a part of its own`,
        },
      );
      return undefined;
    }
    return readAbsence(own, element, 'group', undefined);
  });
  steps.push(...found);
  if (elements.length === 1)
    report.error(`${group.code}.single`, group.key, `'${kind}' has one step`, {
      allowed: 'two or more, or the step alone',
    });
  const whole = parts.flatMap((part) => part ?? []);
  return whole.length === parts.length && whole.length > 1 ? { kind, parts: whole } : undefined;
}
