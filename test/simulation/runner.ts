/** A child process that plays histories, as it is told. */
import { featuresOf } from './coverage.ts';
import { drawHistory } from './history.ts';
import { playRetail, type RetailReport } from './retail.ts';
import { shrink } from './shrink.ts';
import { showShrunk } from './shown-history.ts';
import { verdictOn } from './verdict.ts';

export type Order =
  | { readonly kind: 'play'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number }
  | {
      readonly kind: 'retail';
      readonly file: string;
      readonly pipeline: string;
      readonly lines: number;
      readonly seed: number;
    };

export interface Played {
  readonly seed: number;
  readonly found: readonly string[];
  /** What the history had in it. */
  readonly had: readonly string[];
}

export type Report =
  | { readonly kind: 'played'; readonly histories: readonly Played[] }
  | { readonly kind: 'shrunk'; readonly text: string }
  | { readonly kind: 'retail'; readonly report: RetailReport };

process.on('message', (order: Order) => {
  void carryOut(order).then((report) => process.send?.(report));
});

async function carryOut(order: Order): Promise<Report> {
  if (order.kind === 'retail') {
    const { file, pipeline, lines, seed } = order;
    return { kind: 'retail', report: await playRetail(file, pipeline, lines, seed) };
  }
  if (order.kind === 'shrink') {
    const shrunk = await shrink(drawHistory(order.seed));
    return { kind: 'shrunk', text: shrunk === undefined ? `seed ${order.seed} does not fail` : showShrunk(shrunk) };
  }
  const histories: Played[] = [];
  for (const seed of order.seeds) {
    const { found, outcome } = await verdictOn(drawHistory(seed));
    histories.push({ seed, found, had: outcome === undefined ? [] : featuresOf(outcome) });
  }
  return { kind: 'played', histories };
}
