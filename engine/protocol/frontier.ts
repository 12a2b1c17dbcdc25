/**
 * Up to where a rule's windows are frozen: its watermark less allowedLateness. A deployment may raise allowedLateness, but
 * cannot bring back what was deleted, and what was written before it is kept for less long: windows that such panes have
 * a part in keep the allowedLateness that they began with, so that the frontier never goes back.
 */
import type { RulePlan } from '../plan/plan.ts';
import { endOfTime, type EpochMillis, largest, type Millis } from '../time.ts';
import { windowOf } from './retention.ts';

/** An allowedLateness that a rule has had. */
export interface Lateness {
  readonly allowed: Millis;
  /** Windows that end up to then have it; absent of the last one, which all others have. */
  readonly until?: EpochMillis;
}

/** For so long processes of the deployment before may go on writing. */
const handover = 3_600_000;

/**
 * What a rule's allowedLateness has been and is, each greater than the one before: a shorter one takes the place of those
 * that are longer. No pane begins after `newest` as yet.
 */
export function learnLateness(known: readonly Lateness[], plan: RulePlan, newest: EpochMillis): readonly Lateness[] {
  const allowed = plan.allowedLateness;
  const last = known.at(-1);
  if (last?.allowed === allowed) return known;
  // Once a window ends so much later, no pane that decides over it was begun by then.
  const until = (newest + handover + 2 * windowOf(plan) + plan.cooldown) as EpochMillis;
  const shorter = known.filter((one) => one.allowed < allowed);
  return [...shorter.map((one) => (one === last ? { ...one, until } : one)), { allowed }];
}

/** Windows that end up to then are frozen. */
export function frontierOf(plan: RulePlan, watermark: EpochMillis, known: readonly Lateness[]): EpochMillis {
  const all: readonly Lateness[] = [...known, { allowed: plan.allowedLateness }];
  return largest(all.map(({ allowed, until = endOfTime }) => Math.min(watermark - allowed, until) as EpochMillis));
}

/** The allowedLateness that a pane that ends then is certainly kept for. */
export function latenessKept(plan: RulePlan, known: readonly Lateness[], end: EpochMillis): Millis {
  const had = known.filter(({ until = endOfTime }) => end <= until).map(({ allowed }) => allowed);
  return Math.min(plan.allowedLateness, ...had) as Millis;
}
