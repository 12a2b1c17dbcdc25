/** A rule ready to run: its plan, its generated functions, and what both give for a window. */
import { errorOf } from '../aggregate/approximation.ts';
import { createAccumulator } from '../aggregate/accumulators.ts';
import type { Accumulator } from '../aggregate/accumulator.ts';
import { encodeValue, type Json, plain } from '../aggregate/value.ts';
import type { AlertContent, EvidenceEvent } from '../alert/alert.ts';
import { resetSteps, Timestamp } from '../expression/operators.ts';
import { type RulePlan, tellsAbsence, type WindowPlan } from '../plan/plan.ts';
import type { Compiled, JsonObject, RuleProgram, WindowTimes } from '../plan/program.ts';
import { beginningOfTime, type EpochMillis, type Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowForm } from './key-windows.ts';
import { type Payload, windowPayload } from './payload.ts';
import { shownEvent, withinBounds } from './shown-fields.ts';
import type { Touch } from './touch.ts';
import { windowForm } from './window-form.ts';

export interface CompiledRule {
  readonly index: number;
  readonly plan: RulePlan;
  readonly program: RuleProgram;
}

export interface WindowedRule extends CompiledRule {
  readonly window: WindowPlan;
  readonly form: WindowForm;
  /** That of the form. */
  readonly grid: PaneGrid;
  /** True where a pane's item grows with its events; others stay small however many come. */
  readonly grows: boolean;
  /** True where an alert is an episode, a run of true windows; else each window is an alert of its own. */
  readonly joins: boolean;
  /** True where each event has an alert of its own, and its window others of the same time. */
  readonly tellsApart: boolean;
  /** How long after its end the watermark tells of a window; undefined: events do, as soon as it is true. */
  readonly delay: Millis | undefined;
  /** Windows that begin before `at` began before the rule, and may lack events. It is set whenever it is read. */
  readonly begin: { at: EpochMillis };
  /** One function for all keys. */
  readonly createAccumulators: () => Accumulator[];
}

/** All of one shape, for the functions of an event run over all of them: a new shape would have them compiled anew. */
export function compiledRules({ plan, program }: Compiled): readonly (CompiledRule | WindowedRule)[] {
  return plan.rules.map((rulePlan, index) => {
    const { aggregates, select, having, windowTexts, conditions, ends, eventTexts } = program.rules[index] ?? {};
    const functions = { aggregates, select, having, windowTexts, conditions, ends, eventTexts };
    const rule: CompiledRule = { index, plan: rulePlan, program: functions };
    const { window, accumulators, cooldown, emit } = rulePlan;
    if (window === undefined) return rule;
    const form = windowForm({ ...rulePlan, window });
    const isRevised = emit !== 'final' || !form.closesByWindow;
    return {
      ...rule,
      window,
      form,
      grid: form.grid,
      grows: form.isLog,
      joins: cooldown > 0 || (isRevised && !form.isNamedByPane),
      tellsApart: ['before', 'sequence', 'join'].includes(window.kind) && cooldown === 0,
      delay: emit === 'final' ? rulePlan.allowedLateness : tellsAbsence(window) ? now : undefined,
      begin: { at: beginningOfTime },
      createAccumulators: () => accumulators.map((accumulator) => createAccumulator(accumulator, !form.isLog)),
    };
  });
}

const now = 0 as Millis;

export function isWindowed(rule: CompiledRule | WindowedRule | undefined): rule is WindowedRule {
  return rule !== undefined && 'grid' in rule;
}

export interface WindowBounds {
  readonly start: EpochMillis;
  readonly end: EpochMillis;
}

/** Whether `having` is true of a window; a rule without one is true of every window. */
export function judge(
  rule: WindowedRule,
  groups: readonly unknown[],
  results: readonly unknown[],
  bounds: WindowBounds,
  subject?: Touch,
): boolean {
  if (rule.program.having === undefined) return true;
  resetSteps();
  return rule.program.having(groups, aggregatesOf(rule, results), new Times(bounds), eventOf(rule, subject)) === true;
}

const noEvent: JsonObject = {};

/** What expressions over a window see of the event that it is of: the argument after those of the accumulators. */
function eventOf({ plan }: WindowedRule, subject: Touch | undefined): JsonObject {
  if (subject === undefined) return noEvent;
  const event = subject.args[plan.accumulators.length];
  // eslint-disable-next-line no-restricted-syntax -- the generated program made it an object
  return typeof event === 'object' && event !== null ? (event as JsonObject) : noEvent;
}

/** What an alert says of a window. `extent` is what it shows as its window: an episode's is wider. */
export function windowContent(
  rule: WindowedRule,
  groups: readonly unknown[],
  results: readonly unknown[],
  window: {
    readonly bounds: WindowBounds;
    readonly extent: WindowBounds;
    readonly at: EpochMillis;
    readonly evidence: readonly Touch[];
    readonly subject?: Touch | undefined;
  },
): AlertContent {
  const { extent, evidence, at, bounds, subject } = window;
  const said =
    rule.window.kind === 'instant'
      ? readPayload(results[0])
      : saidOf(rule, groups, results, bounds, eventOf(rule, subject));
  const content = alertContent(said, { key: keyOf(rule, groups), window: extent, events: evidenceOf(evidence), at });
  const approximate = errorsOf(rule, results);
  // An event that is a window by itself lacks nothing.
  const partial = rule.window.kind !== 'instant' && extent.start < rule.begin.at;
  if (!partial && approximate === undefined) return content;
  return { ...content, partial, ...(approximate !== undefined && { approximate }) };
}

/** By the name of each aggregate that is not exact, its relative error; undefined where all are exact. */
function errorsOf({ plan }: WindowedRule, results: readonly unknown[]): AlertContent['approximate'] {
  let errors: Record<string, number> | undefined;
  for (const [name, accumulators] of plan.approximable ?? []) {
    const error = Math.max(...accumulators.map((slot) => errorOf(results[slot]) ?? 0));
    if (error > 0) (errors ??= {})[name] = error;
  }
  return errors;
}

function saidOf(
  rule: WindowedRule,
  groups: readonly unknown[],
  results: readonly unknown[],
  bounds: WindowBounds,
  event: JsonObject,
): Payload {
  resetSteps();
  const aggregates = aggregatesOf(rule, results);
  const shown = rule.program.select?.(groups, aggregates, new Times(bounds), event) ?? aggregates;
  const texts = rule.program.windowTexts?.(groups, aggregates, new Times(bounds), event) ?? {
    severity: 'info',
    title: rule.plan.name,
  };
  return windowPayload(texts, rule.plan.aggregateNames, shown);
}

/** All alerts are built here, field by field: it is done for every event of some rules. */
export function alertContent(
  said: Payload,
  { key, window, events, at }: Pick<AlertContent, 'key' | 'window' | 'events' | 'at'>,
): AlertContent {
  const { values, severity, title, description, labels, tooLarge } = said;
  const content = { key, window, values, events, at, severity, title, description, labels, partial: false };
  return tooLarge === undefined ? content : { ...content, tooLarge };
}

function readPayload(result: unknown): Payload {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself put it into the accumulator, by `eventPayload`
  return result as Payload;
}

function aggregatesOf(rule: WindowedRule, results: readonly unknown[]): readonly unknown[] {
  return rule.program.aggregates?.(results) ?? results;
}

/** Made for each window that is judged, so that what few expressions ask for is made when they do. */
class Times implements WindowTimes {
  readonly #bounds: WindowBounds;

  constructor(bounds: WindowBounds) {
    this.#bounds = bounds;
  }

  get start(): Timestamp {
    return new Timestamp(this.#bounds.start);
  }

  get end(): Timestamp {
    return new Timestamp(this.#bounds.end);
  }
}

export function keyOf(rule: CompiledRule, groups: readonly unknown[]): { readonly [name: string]: Json } {
  const key: Record<string, Json> = {};
  rule.plan.groupNames.forEach((name, i) => (key[name] = plain(groups[i])));
  return key;
}

export function evidenceOf(touches: readonly Touch[]): EvidenceEvent[] {
  return withinBounds(touches).map(shownEvent);
}

/** Group values as items keep them. */
export function encodeGroups(groups: readonly unknown[]): Json[] {
  return groups.map(encodeValue);
}
