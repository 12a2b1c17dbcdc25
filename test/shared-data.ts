/** Real inputs that stand beside the project where it is developed, and are no part of it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/data/', import.meta.url));

export const onlineRetail = shared('online-retail/online-retail.csv.gz');

/** The path of a file, whether it is there or not. */
export function shared(file: string): string {
  return `${folder}${file}`;
}

export const arroyo = {
  impulse: `${folder}arroyo/impulse.json`,
  slidingWindowEnd: `${folder}arroyo/golden_sliding_window_end.json`,
} as const;

/** `test`, which says so and skips where the file is absent. */
export function testOn(file: string): typeof test {
  if (existsSync(file)) return test;
  console.warn(`${file} is absent: the tests that read it are skipped`);
  // eslint-disable-next-line no-restricted-properties -- what is not there cannot be read
  return test.skip;
}
