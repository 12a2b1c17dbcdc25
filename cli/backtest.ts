/** `weir backtest`: a pipeline over recorded events. */

export interface BacktestOptions {
  readonly pipeline: string;
  readonly inputs: readonly string[];
  readonly json: boolean;
  readonly standing: boolean;
  readonly flush: boolean;
  readonly param: Readonly<Record<string, string>>;
}

/** Runs the backtest and gives the exit code. */
export function runBacktest(_options: BacktestOptions): Promise<number> {
  process.stderr.write('weir backtest: not built yet.\n');
  return Promise.resolve(2);
}
