/**
 * `npm run simulate -- [--seeds N] [--from S] [--json]`: plays histories and says what fails.
 *   --seed S        plays one history, made small where it fails
 *   --mutations     breaks the product, one way after the other, and says at which seed that was found
 *   --mutation NAME breaks it this way alone, there or for what else is asked
 *   --retail FILE   plays the first 20,000 lines of UCI Online Retail; '' is where they stand beside the project
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutation, mutations } from './mutations.ts';
import type { Played } from './runner.ts';
import { retail, shrunk, simulate } from './simulate.ts';
import { onlineRetail } from '../shared-data.ts';

const processes = 2;
/** Within so many histories every mutation must be found. */
const mostUntilFound = 2000;
const retailLines = 20_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mutation: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    retail: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const mutation = mutations.find(({ name }) => name === values.mutation);
if (values.mutations) await playMutations();
else if (values.retail !== undefined) await playRetail(values.retail === '' ? onlineRetail : values.retail);
else if (values.seed === undefined) await playMany();
else console.log(await shrunk(Number(values.seed), mutation));

async function playMany(): Promise<void> {
  const started = performance.now();
  const seeds = Number(values.seeds);
  const { coverage, failed } = await simulate({
    from: Number(values.from),
    seeds,
    processes,
    ...(mutation !== undefined && { mutation }),
    progress: (played, failures) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${played} of ${seeds} histories, ${failures} fail `);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const { gaps } = coverage;
  if (failed.length > 0 || gaps.length > 0) process.exitCode = 1;
  if (values.json) {
    console.log(JSON.stringify({ histories: seeds, seconds, failed, gaps, shares: coverage.lines }));
    return;
  }
  console.log(`\n${seeds} histories in ${seconds.toFixed(0)} s, ${failed.length} fail`);
  console.log(coverage.lines.join('\n'));
  for (const gap of gaps) console.log(`✗ too few histories had: ${gap}`);
  for (const { seed, found } of failed.slice(0, 20)) console.log(`✗ seed ${seed}: ${found[0] ?? ''}`);
  const [first] = failed;
  if (first !== undefined) console.log(`\n${await shrunk(first.seed, mutation)}`);
}

async function playMutations(): Promise<void> {
  for (const one of mutations.filter((each) => mutation === undefined || each === mutation)) {
    const first = await firstFailure(one);
    if (first === undefined) process.exitCode = 1;
    const told = first === undefined ? 'NOT FOUND' : `seed ${first.seed}: ${first.found[0]?.slice(0, 100) ?? ''}`;
    console.log(`${one.name}\n    ${told}`);
  }
}

/** The first history that fails where the product is broken, and does not where it is whole. */
async function firstFailure(broken: Mutation): Promise<Played | undefined> {
  const begin = Number(values.from);
  for (let from = begin; from < begin + mostUntilFound; ) {
    const seeds = begin + mostUntilFound - from;
    const { failed } = await simulate({ from, seeds, processes, mutation: broken, untilFailure: true });
    const [first] = failed;
    if (first === undefined) return undefined;
    const whole = await simulate({ from: first.seed, seeds: 1, processes: 1 });
    if (whole.failed.length === 0) return first;
    from = first.seed + 1;
  }
  return undefined;
}

async function playRetail(file: string): Promise<void> {
  if (!existsSync(file)) {
    console.log(`${file} is absent: real orders are skipped`);
    return;
  }
  const pipeline = fileURLToPath(new URL('../../pipelines/online-retail/pipeline.yaml', import.meta.url));
  const report = await retail({ file, pipeline, lines: retailLines, seed: Number(values.seed ?? 1) });
  console.log(JSON.stringify(report, undefined, 2));
  if (report?.found.length !== 0) process.exitCode = 1;
}
