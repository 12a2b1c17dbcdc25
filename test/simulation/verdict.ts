/** One history played and judged. */
import type { History } from './history.ts';
import { judge } from './judge.ts';
import { type Outcome, play } from './play.ts';

export interface Verdict {
  /** What differs from what was promised; empty where nothing does. */
  readonly found: readonly string[];
  readonly outcome: Outcome | undefined;
}

/** With `only`, none but these faults happen. */
export async function verdictOn(history: History, only?: ReadonlySet<string>): Promise<Verdict> {
  let outcome: Outcome | undefined;
  try {
    outcome = await play(history, only);
    return { found: judge(outcome), outcome };
  } catch (cause) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return { found: [`the history does not come to its end: ${text}`], outcome };
  }
}
