/** The published watermarks of the rules: one item, which only advance-time writes and which only grows. */
import type { Plan, RulePlan } from '../plan/plan.ts';
import { beginningOfTime, type EpochMillis, type EpochSeconds } from '../time.ts';
import type { Item, ItemKey } from './item.ts';

const format = 1;
export const watermarkKey: ItemKey = { pk: '@watermarks', sk: 'rules' };
/** The watermark of a pipeline that no event can come to any more; the largest instant that a date can hold. */
export const lastInstant = 8_640_000_000_000_000 as EpochMillis;

interface WatermarkBody {
  readonly v: number;
  readonly rules: { readonly [rule: string]: EpochMillis };
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

/** How many shards may write a key, by the rule's position; 0 where it was never told. */
export function readWriters(plan: Plan, item: Item | undefined): number[] {
  const { writers = {} } = item === undefined ? {} : read(item);
  return plan.rules.map((rule) => writers[ruleName(rule)] ?? 0);
}

/** The item with watermarks raised and writers counted, or undefined where nothing would change. */
export function raiseWatermarks(
  plan: Plan,
  item: Item | undefined,
  raised: readonly EpochMillis[],
  counts: readonly number[],
): Item | undefined {
  const published = item === undefined ? {} : read(item).rules;
  const higher = plan.rules.flatMap((rule, index) => {
    const to = raised[index] ?? beginningOfTime;
    return to > (published[ruleName(rule)] ?? beginningOfTime) ? [[ruleName(rule), to] as const] : [];
  });
  const known = readWriters(plan, item);
  if (higher.length === 0 && counts.every((count, index) => count === known[index])) return undefined;
  const writers = Object.fromEntries(
    plan.rules.flatMap((rule, index) => {
      const count = counts[index] ?? 0;
      return count > 0 ? [[ruleName(rule), count] as const] : [];
    }),
  );
  const body: WatermarkBody = { v: format, rules: { ...published, ...Object.fromEntries(higher) }, writers };
  return {
    ...watermarkKey,
    version: (item?.version ?? 0) + 1,
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
