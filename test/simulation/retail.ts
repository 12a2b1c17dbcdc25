/** Real orders through the runner: the first lines of UCI Online Retail, with everything that can go wrong. */
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { records } from '../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../pipelines/online-retail/online-retail-file.ts';
import { Dice } from './dice.ts';
import type { History } from './history.ts';
import { judge } from './judge.ts';
import { type Given, play } from './play.ts';

const minute = 60_000;
const streams = ['orders', 'lines'] as const;

export interface RetailReport {
  readonly events: number;
  readonly alerts: number;
  readonly counts: object;
  readonly faults: number;
  readonly found: readonly string[];
}

/** `file` is the data and `pipeline` its pipeline, by their paths. */
export async function playRetail(file: string, pipeline: string, lines: number, seed: number): Promise<RetailReport> {
  const { definition, faults } = loadPipelineFile(pipeline);
  if (definition === undefined) throw new Error(`${pipeline} has faults: ${JSON.stringify(faults)}`);
  const events = [...records(await readOnlineRetail(file, { first: lines }))].map(({ stream, partitionKey, event }) => {
    const at = Date.parse(event.at);
    return { stream, partitionKey, at, arrival: at, data: Buffer.from(JSON.stringify(event)).toString('base64') };
  });
  const given: Given = { compiled: compileHere(definition), events };
  const outcome = await play(historyOf(given, seed), undefined, given);
  return {
    events: events.length,
    alerts: outcome.alerts.length,
    counts: outcome.counts,
    faults: outcome.faults.length,
    found: judge(outcome),
  };
}

function historyOf({ events }: Given, seed: number): History {
  const dice = Dice.named(seed, 'retail');
  const first = events[0]?.arrival ?? 0;
  const length = (events.at(-1)?.arrival ?? first) - first;
  const instant = (): number => first + dice.below(length);
  const some = <T>(count: number, draw: (stream: string, at: number) => T): T[] =>
    Array.from({ length: count }, () => draw(dice.of(streams), instant()));
  return {
    seed,
    start: first - minute,
    forms: [],
    shards: { orders: 2, lines: 3 },
    events: [],
    rows: [],
    reshards: some(12, (stream, at) => ({
      at,
      stream,
      kind: dice.of(['split', 'merge']),
      partitionKey: dice.of(events).partitionKey,
    })),
    outages: some(6, (stream, from) => ({ stream, from, to: from + (1 + dice.below(120)) * minute })),
    restarts: some(3, (stream, at) => ({ at, stream, from: dice.of(['earlier', 'beginning']) })),
    weather: { faults: 10, latency: 50 },
    overlaps: 100,
    stalls: 20,
    coldStarts: 50,
    mostFaults: 2000,
    batchSize: 200,
    trail: 5000,
    skippedMinutes: 60,
    ends: false,
    beyondBounds: false,
    inOrder: false,
  };
}
