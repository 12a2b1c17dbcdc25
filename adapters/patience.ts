/** Waiting before a call is made again, and making a few calls at a time. */
import { setTimeout as sleep } from 'node:timers/promises';

const first = 50;
const longest = 2_000;
const attempts = 10;

/** Waits up to so many milliseconds. */
export type Wait = (bound: number) => Promise<void>;

/** With jitter, so that those who were refused together do not come again together. */
export const waitWithJitter: Wait = (bound) => sleep(bound / 2 + (Math.random() * bound) / 2);

/** Waits before attempt number `attempt`, counted from 1: longer each time. Throws when it was the last. */
export async function backOff(attempt: number, what: string, wait: Wait): Promise<void> {
  if (attempt >= attempts) throw new Error(`${what}: still refused after ${attempts} attempts`);
  await wait(Math.min(longest, first * 2 ** (attempt - 1)));
}

/** Runs the work for each of the inputs, begun in their order, at most `limit` at a time; results in the same order. */
export async function inParallel<T, R>(
  inputs: readonly T[],
  limit: number,
  work: (input: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const input = inputs[index];
      if (input === undefined) continue;
      try {
        results[index] = await work(input);
      } catch (error) {
        // What has not begun need not begin.
        next = inputs.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, lane));
  return results;
}

export function chunks<T>(list: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < list.length; start += size) result.push(list.slice(start, start + size));
  return result;
}
