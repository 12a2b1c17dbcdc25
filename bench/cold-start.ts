/**
 * What it takes to load a function's module in a fresh process, beside one that only makes the same clients:
 *
 *     npx tsx bench/cold-start.ts [ROUNDS]
 *
 * Fails where process-stream takes more than `most` times the floor.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadPipelineFile } from '../cli/pipeline-file.ts';
import { planModule } from '../engine/plan/module.ts';
import { bundle, moduleOptions } from '../infra/bundle.ts';

const most = 1.3;
const rounds = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'weir-cold-start-'));

/**
 * What is left of process-stream without Weir: its clients, made as it makes them, and the calls that it makes. It has
 * the SDK's own ways to find credentials, as a function has that somebody writes with the SDK.
 */
const floorSource = `
import { BatchExecuteStatementCommand, BatchGetItemCommand, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { dynamodbClient } from './adapters/dynamodb.ts';
import { snsClient } from './adapters/sns.ts';
const dynamodb = dynamodbClient();
const sns = snsClient();
const used = [BatchExecuteStatementCommand, BatchGetItemCommand, PutItemCommand, paginateQuery, PublishBatchCommand];
export const handler = async () => [dynamodb, sns, used].length;
`;

async function floor(): Promise<string> {
  const outfile = join(folder, 'floor', 'index.mjs');
  await build({
    ...moduleOptions,
    stdin: { contents: floorSource, resolveDir: '.', loader: 'ts' },
    outdir: join(folder, 'floor'),
    entryNames: 'index',
  });
  return outfile;
}

const script = join(folder, 'load.mjs');
writeFileSync(
  script,
  'const from = process.cpuUsage(); await import(process.argv[2]); const { user, system } = process.cpuUsage(from); console.log((user + system) / 1000);',
);

/** Milliseconds of the processor: the clock also counts what other processes of the machine do. */
function load(module: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, pathToFileURL(module).href], {
    encoding: 'utf8',
    env: {
      ...process.env,
      AWS_REGION: 'eu-west-1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      WEIR_STREAM: 'orders',
      WEIR_STATE_TABLE: 'state',
      WEIR_ALERT_TABLE: 'alerts',
      WEIR_ALERT_TOPIC_ARN: 'arn:aws:sns:eu-west-1:000000000000:topic',
      WEIR_DEAD_LETTER_BUCKET: 'bucket',
    },
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

try {
  const { definition } = loadPipelineFile('pipelines/retail/pipeline.yaml');
  if (definition === undefined) throw new Error('the pipeline has faults');
  const made = bundle('process-stream', planModule(definition));
  const contender = join(made.directory, 'index.mjs');
  const base = await floor();
  const times: [number, number][] = [];
  // In turns, so that both have the same share of a machine that others use too.
  for (let round = 0; round < rounds; round += 1) times.push([load(contender), load(base)]);
  const ours = middle(times.map(([one]) => one));
  const floorTime = middle(times.map(([, one]) => one));
  const ratio = middle(times.map(([a, b]) => a / b));
  console.log(`first chunk ${Math.round(made.bytes / 1000)} KB`);
  console.log(`process-stream ${ours.toFixed(0)} ms, its clients alone ${floorTime.toFixed(0)} ms`);
  console.log(`ratio, median of ${rounds} pairs: ${ratio.toFixed(2)}, at most ${most}`);
  if (ratio > most) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
