/**
 * The published watermarks of the rules, which only advance-time raises and which only grow, what their allowedLateness has
 * been, and where each rule began, which is said once: one item, since every batch reads all of it.
 */
import type { Plan, RulePlan } from '../plan/plan.ts';
import { beginningOfTime, type EpochMillis, type EpochSeconds } from '../time.ts';
import { frontierOf, type Lateness, learnLateness } from './frontier.ts';
import type { Item, ItemKey } from './item.ts';
import { type Ripening, ripened } from './ripe-watermarks.ts';

const format = 1;
export const watermarkKey: ItemKey = { pk: '@watermarks', sk: 'rules' };
/** The watermark of a pipeline that no event can come to any more; the largest instant that a date can hold. */
export const lastInstant = 8_640_000_000_000_000 as EpochMillis;

interface WatermarkBody extends Ripening {
  readonly v: number;
  readonly rules: { readonly [rule: string]: EpochMillis };
  /** What the allowedLateness of rules with windows has been and is. */
  readonly lateness?: { readonly [rule: string]: readonly Lateness[] };
  /** Windows that begin before this began before the rule. */
  readonly begins?: { readonly [rule: string]: EpochMillis };
  /** How many shards may write a key, of rules whose keys several write. */
  readonly writers?: { readonly [rule: string]: number };
}

function ruleName({ name, fingerprint }: RulePlan): string {
  return `${name}#${fingerprint}`;
}

/** By the rule's position. */
export function readWatermarks(plan: Plan, item: Item | undefined): EpochMillis[] {
  const rules = item === undefined ? {} : read(item).rules;
  return plan.rules.map((rule) => rules[ruleName(rule)] ?? beginningOfTime);
}

/** How far a rule's time has come, as published. */
export interface RuleTime {
  readonly watermark: EpochMillis;
  /** Windows that end up to then are frozen. */
  readonly frontier: EpochMillis;
  readonly lateness: readonly Lateness[];
}

/** By the rule's position. */
export function readTimes(plan: Plan, item: Item | undefined): RuleTime[] {
  return timesOf(plan, item === undefined ? {} : read(item));
}

/** By the rule's position: by what time results are told that go into a stream. */
export function readRipeTimes(plan: Plan, item: Item | undefined): RuleTime[] {
  const body: Partial<WatermarkBody> = item === undefined ? {} : read(item);
  return timesOf(plan, { ...body, rules: body.ripe ?? {} });
}

function timesOf(plan: Plan, { rules = {}, lateness = {} }: Partial<WatermarkBody>): RuleTime[] {
  return plan.rules.map((rule) => {
    const watermark = rules[ruleName(rule)] ?? beginningOfTime;
    const had = lateness[ruleName(rule)] ?? [];
    return { watermark, frontier: frontierOf(rule, watermark, had), lateness: had };
  });
}

/** How many shards may write a key, by the rule's position; 0 where it was never told. */
export function readWriters(plan: Plan, item: Item | undefined): number[] {
  const { writers = {} } = item === undefined ? {} : read(item);
  return plan.rules.map((rule) => writers[ruleName(rule)] ?? 0);
}

/**
 * The item with watermarks raised, writers counted and allowedLateness told, or undefined where nothing would change.
 * No pane of a rule begins after its `newest` as yet. Also says what is ripe at `now`.
 */
export function raiseWatermarks(
  plan: Plan,
  item: Item | undefined,
  raised: readonly EpochMillis[],
  counts: readonly number[],
  newest: readonly EpochMillis[],
  now: EpochMillis,
): Item | undefined {
  const published = item === undefined ? {} : read(item).rules;
  const higher = plan.rules.flatMap((rule, index) => {
    const to = raised[index] ?? beginningOfTime;
    return to > (published[ruleName(rule)] ?? beginningOfTime) ? [[ruleName(rule), to] as const] : [];
  });
  const begins = item === undefined ? {} : (read(item).begins ?? {});
  const on = new Set(plan.rules.map(ruleName));
  // A rule that was turned off and on again begins anew: what came meanwhile is not in its windows.
  const kept = Object.fromEntries(Object.entries(begins).filter(([rule]) => on.has(rule)));
  const known = readWriters(plan, item);
  const isSame =
    Object.keys(kept).length === Object.keys(begins).length && counts.every((count, index) => count === known[index]);
  const had: WatermarkBody['lateness'] = item === undefined ? {} : (read(item).lateness ?? {});
  const learned = plan.rules.flatMap((rule, index) => {
    if (rule.window === undefined) return [];
    const before = had[ruleName(rule)] ?? [];
    const now = learnLateness(before, rule, newest[index] ?? beginningOfTime);
    return now === before ? [] : [[ruleName(rule), now] as const];
  });
  const rules = { ...published, ...Object.fromEntries(higher) };
  const intoStreams = plan.rules.filter(({ into }) => into !== undefined).map(ruleName);
  const told = Object.fromEntries(Object.entries(rules).filter(([rule]) => intoStreams.includes(rule)));
  const before: Ripening = item === undefined ? {} : read(item);
  const { ripe, ripens } = ripened(before, told, now);
  const ripensOn = ripens?.at === before.ripens?.at;
  if (higher.length === 0 && learned.length === 0 && isSame && ripensOn) return undefined;
  const writers = Object.fromEntries(
    plan.rules.flatMap((rule, index) => {
      const count = counts[index] ?? 0;
      return count > 0 ? [[ruleName(rule), count] as const] : [];
    }),
  );
  const lateness = { ...had, ...Object.fromEntries(learned) };
  const ripening: Ripening = { ...(ripe && { ripe }), ...(ripens && { ripens }) };
  return itemOf({ v: format, rules, lateness, begins: kept, writers, ...(intoStreams.length > 0 && ripening) }, item);
}

/** Where the rules began, by position; undefined where it has not been said yet. */
export function readBegins(plan: Plan, item: Item | undefined): (EpochMillis | undefined)[] {
  const begins = item === undefined ? {} : (read(item).begins ?? {});
  return plan.rules.map((rule) => begins[ruleName(rule)]);
}

/** The item with where rules began, by position, that it does not say yet. */
export function sayBegins(plan: Plan, item: Item | undefined, begins: readonly (EpochMillis | undefined)[]): Item {
  const body: WatermarkBody = item === undefined ? { v: format, rules: {} } : read(item);
  const fresh = plan.rules.flatMap((rule, index) => {
    const at = begins[index];
    return at === undefined ? [] : [[ruleName(rule), at] as const];
  });
  return itemOf({ ...body, begins: { ...Object.fromEntries(fresh), ...body.begins } }, item);
}

function itemOf(body: WatermarkBody, before: Item | undefined): Item {
  return {
    ...watermarkKey,
    version: (before?.version ?? 0) + 1,
    body: JSON.stringify(body),
    ttl: Math.floor(lastInstant / 1000) as EpochSeconds,
  };
}

function read(item: Item): WatermarkBody {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const body = JSON.parse(item.body) as WatermarkBody;
  if (body.v !== format)
    throw new Error(`watermarks are stored in format ${body.v}; this version of Weir reads format ${format}`);
  return body;
}
