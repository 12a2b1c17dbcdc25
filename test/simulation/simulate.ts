/** Plays many histories on a few processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleRunner } from './bundle.ts';
import { Coverage } from './coverage.ts';
import type { Mutation } from './mutations.ts';
import type { RetailReport } from './retail.ts';
import type { Order, Played, Report } from './runner.ts';

/** Histories that a process plays before it reports. */
const portion = 10;

export interface Asked {
  readonly from: number;
  readonly seeds: number;
  readonly processes: number;
  readonly mutation?: Mutation;
  /** True where the first failure is enough. */
  readonly untilFailure?: boolean;
  readonly progress?: (played: number, failed: number) => void;
}

export interface Simulated {
  readonly coverage: Coverage;
  /** Histories that failed, by seed. */
  readonly failed: readonly Played[];
}

export async function simulate(asked: Asked): Promise<Simulated> {
  return withRunners(asked.processes, asked.mutation, async (runners) => {
    const coverage = new Coverage();
    const failed: Played[] = [];
    let next = asked.from;
    const end = asked.from + asked.seeds;
    const work = async (runner: ChildProcess): Promise<void> => {
      while (next < end && !(asked.untilFailure === true && failed.length > 0)) {
        const seeds = Array.from({ length: Math.min(portion, end - next) }, (_, i) => next + i);
        next += seeds.length;
        const report = await ask(runner, { kind: 'play', seeds });
        if (report.kind !== 'played') throw new Error('the runner answers something else');
        for (const history of report.histories) {
          coverage.add(history.had);
          if (history.found.length > 0) failed.push(history);
        }
        asked.progress?.(coverage.histories, failed.length);
      }
    };
    await Promise.all(runners.map(work));
    return { coverage, failed: failed.sort((a, b) => a.seed - b.seed) };
  });
}

/** A history that fails, as small as it goes, as people read it. */
export async function shrunk(seed: number, mutation?: Mutation): Promise<string> {
  return withRunners(1, mutation, async ([runner]) => {
    const report = runner && (await ask(runner, { kind: 'shrink', seed }));
    return report?.kind === 'shrunk' ? report.text : '';
  });
}

/** The first lines of the real orders in a file, played with faults. */
export async function retail(
  asked: Omit<Extract<Order, { readonly kind: 'retail' }>, 'kind'>,
): Promise<RetailReport | undefined> {
  return withRunners(1, undefined, async ([runner]) => {
    const report = runner && (await ask(runner, { kind: 'retail', ...asked }));
    return report?.kind === 'retail' ? report.report : undefined;
  });
}

async function withRunners<T>(
  processes: number,
  mutation: Mutation | undefined,
  work: (runners: readonly ChildProcess[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-simulation-'));
  const runners: ChildProcess[] = [];
  try {
    const file = join(folder, 'runner.mjs');
    await bundleRunner(file, mutation);
    for (let i = 0; i < processes; i++)
      runners.push(fork(file, { execArgv: ['--disable-warning=Warning', '--max-semi-space-size=64'] }));
    return await work(runners);
  } finally {
    for (const runner of runners) runner.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function ask(runner: ChildProcess, order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a runner ended with ${String(code)}`));
    runner.once('exit', ended);
    runner.once('message', (report) => {
      runner.off('exit', ended);
      resolve(report as Report);
    });
    runner.send(order);
  });
}
