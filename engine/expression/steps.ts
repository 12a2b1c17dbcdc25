/**
 * The step budget of one event: how much work its expressions may do. Macros nest, so their cost is a power of the
 * event's size; the budget makes the worst expression on the worst event a failure instead of a stopped shard.
 */

export const stepLimit = 100_000;

let steps = 0;

/** Starts a new budget; the engine calls it before the first expression of each event. */
export function resetSteps(): void {
  steps = 0;
}

/** Takes `count` steps from the budget; false once it is used up, and from then on until the next reset. */
export function spend(count: number): boolean {
  steps += count;
  return steps <= stepLimit;
}

/** What a function pays that looks at a whole text; short texts cost nothing beside the step of the macro that goes on. */
export function stepsOfText(text: string): number {
  return text.length >> 8;
}
