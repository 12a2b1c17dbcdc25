/** How long a pipeline may seem to stand still and does not. */
import type { Compiled } from '../../engine/plan/program.ts';

/**
 * So many calls of advance-time in a row that change nothing say that none will: each stream of results tells of time
 * a call later than what it follows from, and is read before the next.
 */
export function callsUntilStill({ plan }: Compiled): number {
  return 2 + 2 * plan.streams.filter(({ resultsOf }) => resultsOf !== undefined).length;
}
