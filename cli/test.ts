/** `weir test`: the tests that stand beside a pipeline. */

export interface TestOptions {
  readonly files: readonly string[];
  readonly param: Readonly<Record<string, string>>;
}

/** Runs the tests and gives the exit code. */
export function runTest(_options: TestOptions): Promise<number> {
  process.stderr.write('weir test: not built yet.\n');
  return Promise.resolve(2);
}
