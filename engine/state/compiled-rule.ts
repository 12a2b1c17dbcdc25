/** A rule ready to run: its plan, its generated functions, and what both give for a window. */
import { createAccumulator } from '../aggregate/accumulators.ts';
import type { Accumulator } from '../aggregate/accumulator.ts';
import { encodeValue, type Json, plain } from '../aggregate/value.ts';
import type { AlertContent, EvidenceEvent } from '../alert/alert.ts';
import { resetSteps, Timestamp } from '../expression/operators.ts';
import type { RulePlan, WindowPlan } from '../plan/plan.ts';
import type { Compiled, JsonObject, RenderedTexts, RuleProgram } from '../plan/program.ts';
import type { EpochMillis, Millis } from '../time.ts';
import { type PaneGrid, paneGrid } from '../window/pane-grid.ts';
import type { Touch } from './touch.ts';

export interface CompiledRule {
  readonly index: number;
  readonly plan: RulePlan;
  readonly program: RuleProgram;
}

export interface WindowedRule extends CompiledRule {
  readonly window: WindowPlan;
  readonly grid: PaneGrid;
  /** The size of a sliding window; absent where a pane is a window. */
  readonly slide?: Millis;
  createAccumulators(): Accumulator[];
}

export function compiledRules({ plan, program }: Compiled): readonly (CompiledRule | WindowedRule)[] {
  return plan.rules.map((rulePlan, index) => {
    const rule: CompiledRule = { index, plan: rulePlan, program: program.rules[index] ?? {} };
    const { window, accumulators, cooldown } = rulePlan;
    if (window === undefined) return rule;
    const slide = window.kind === 'sliding' ? window.size : window.kind === 'instant' ? (1 as Millis) : undefined;
    return {
      ...rule,
      window,
      grid: paneGrid(window.kind === 'instant' ? { kind: 'sliding', size: cooldown } : window, cooldown),
      ...(slide !== undefined && { slide }),
      createAccumulators: () => accumulators.map(createAccumulator),
    };
  });
}

export function isWindowed(rule: CompiledRule | WindowedRule | undefined): rule is WindowedRule {
  return rule !== undefined && 'grid' in rule;
}

export interface WindowBounds {
  readonly start: EpochMillis;
  readonly end: EpochMillis;
}

/** Whether `having` is true of a window; a rule without one is true of every window. */
export function judge(rule: WindowedRule, groups: readonly unknown[], results: readonly unknown[], bounds: WindowBounds): boolean {
  if (rule.program.having === undefined) return true;
  resetSteps();
  return rule.program.having(groups, aggregatesOf(rule, results), times(bounds)) === true;
}

/** What an alert says of a window. `extent` is what it shows as its window: an episode's is wider. */
export function windowContent(
  rule: WindowedRule,
  groups: readonly unknown[],
  results: readonly unknown[],
  window: { readonly bounds: WindowBounds; readonly extent: WindowBounds; readonly at: EpochMillis; readonly evidence: readonly Touch[] },
): AlertContent {
  const shared = { key: keyOf(rule, groups), window: window.extent, events: evidenceOf(window.evidence), at: window.at, partial: false };
  if (rule.window.kind === 'instant') return { ...shared, ...readPayload(results[0]) };
  resetSteps();
  const aggregates = aggregatesOf(rule, results);
  const values = Object.fromEntries(rule.plan.aggregateNames.map((name, i) => [name, plain(aggregates[i])]));
  const texts = rule.program.windowTexts?.(groups, aggregates, times(window.bounds));
  return { ...shared, values, ...(texts ?? { severity: 'info', title: rule.plan.name }) };
}

/** What a stateless alert says, kept whole where `cooldown` joins several. */
export type Payload = Pick<AlertContent, 'values' | 'severity' | 'title' | 'description' | 'labels'>;

export function payload(texts: RenderedTexts, values: JsonObject): Payload {
  return { values: plainFields(values), ...texts };
}

function readPayload(result: unknown): Payload {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself put it into the accumulator, by `payload`
  return result as Payload;
}

function aggregatesOf(rule: WindowedRule, results: readonly unknown[]): readonly unknown[] {
  return rule.program.aggregates?.(results) ?? results;
}

function times({ start, end }: WindowBounds): { start: Timestamp; end: Timestamp } {
  return { start: new Timestamp(start), end: new Timestamp(end) };
}

export function keyOf(rule: CompiledRule, groups: readonly unknown[]): { readonly [name: string]: Json } {
  return Object.fromEntries(rule.plan.groupNames.map((name, i) => [name, plain(groups[i])]));
}

export function evidenceOf(touches: readonly Touch[]): EvidenceEvent[] {
  return touches.map((touch) => {
    const { event, fields } = touch;
    touch.shown ??= { stream: event.stream, id: event.id, at: event.t, fields: plainFields(fields) };
    return touch.shown;
  });
}

function plainFields(fields: JsonObject): { readonly [name: string]: Json } {
  const shown: Record<string, Json> = {};
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) shown[name] = plain(fields[name]);
  return shown;
}

/** Group values as items keep them. */
export function encodeGroups(groups: readonly unknown[]): Json[] {
  return groups.map(encodeValue);
}
