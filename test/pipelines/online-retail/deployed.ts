/**
 * Replays converted events through what is deployed: Kinesis, the bundled functions, DynamoDB and SNS, as `npm start`
 * runs them. What stands in the alert table at the end, and what a subscriber of the topic was told, is compared with
 * the oracle and with `weir backtest` of the same file.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../adapters/item-attributes.ts';
import { alertLine } from '../../../cli/alert-output.ts';
import { loadPipelineFile } from '../../../cli/pipeline-file.ts';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import { readAlert } from '../../../engine/protocol/alert-body.ts';
import { region } from '../../../local/aws-call.ts';
import type { Redelivery } from '../../../local/function-host.ts';
import { type LocalRun, startLocal } from '../../../local/local-run.ts';
import { replay } from '../../../local/replay.ts';
import type { StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import { writeNdjson } from '../../../pipelines/online-retail/online-retail-file.ts';
import { type AlertLine, expectStanding } from './compare-standing.ts';
import { standingAlerts } from './oracle.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pipeline = `${root}pipelines/online-retail/pipeline.yaml`;

export interface Conditions {
  readonly shards: number;
  readonly redelivery?: Redelivery;
}

/** What is read of a message of the topic. */
interface Message {
  readonly alertId: string;
  readonly revision: number;
  readonly status: 'opened' | 'amended' | 'withdrawn' | 'reopened';
}

interface Outcome {
  /** All of the alert table, withdrawn ones too. */
  readonly records: readonly AlertRecord[];
  /** In the order in which they came. */
  readonly messages: readonly Message[];
  readonly late: number;
  readonly invalid: number;
}

/** Lines of `weir backtest --json --standing`, with the ids of the alerts. */
type Backtest = readonly (AlertLine & { readonly id: string })[];

/** Events as a file that can be replayed, with what must stand after them; `remove` when done. */
export class Recording {
  private constructor(
    private readonly folder: string,
    private readonly file: string,
    private readonly records: readonly StreamRecord[],
    private readonly backtest: Backtest,
  ) {}

  static async of(records: readonly StreamRecord[]): Promise<Recording> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-recording-'));
    const file = join(folder, 'events.ndjson');
    await writeNdjson(file, records);
    return new Recording(folder, file, records, await backtest(file));
  }

  /**
   * Replays it and throws unless the alert table says at the end, one for one, what the oracle says and what
   * `weir backtest` says, ids too, and the subscriber was told of all of it.
   */
  async expectOutcome(conditions: Conditions): Promise<void> {
    const { records, messages, late, invalid } = await outcome(this.file, conditions);
    expect({ late, invalid }).toEqual({ late: 0, invalid: 0 });
    const standing = records.filter(({ status }) => status !== 'withdrawn');
    const lines = standing.map((record) => JSON.parse(alertLine(record)) as Backtest[number]);
    expectStanding(lines, standingAlerts(this.records));
    expectSame(lines, this.backtest);
    expectTold(records, messages);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function outcome(file: string, conditions: Conditions): Promise<Outcome> {
  const { definition } = loadPipelineFile(pipeline);
  if (definition === undefined) throw new Error(`${pipeline} has faults`);
  const messages: Message[] = [];
  // A function that fails is tried again without end: nobody would wait for it.
  const failure = new AbortController();
  const fail = (source: string, message: string): void => failure.abort(new Error(`${source}: ${message}`));
  const run = await startLocal({
    definition,
    port: 0,
    ...conditions,
    // A replay has the events of hours in a second.
    history: true,
    onAlert: (body) => messages.push(JSON.parse(body) as Message),
    onLog: fail,
    onProblem: fail,
  });
  const { signal } = failure;
  const failed = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );
  const play = async (): Promise<Outcome> => {
    await replay({
      file,
      speed: Infinity,
      compiled: compileHere(definition),
      run,
      progress: () => undefined,
      notSent: ({ told }) => fail('replay', told),
      signal,
    });
    await run.waitUntilRead();
    await run.advanceToEnd();
    await run.waitForAlerts();
    const { late, invalid } = run.totals;
    return { records: await alertTable(run), messages, late, invalid };
  };
  try {
    return await Promise.race([play(), failed]);
  } finally {
    await run.stop();
  }
}

async function alertTable({ endpoints, outputs }: LocalRun): Promise<AlertRecord[]> {
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const records: AlertRecord[] = [];
  const TableName = outputs['AlertTableName'];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const attributes of page.Items ?? []) {
      const { record } = readAlert(toItem(attributes));
      if (record !== undefined) records.push(record);
    }
  }
  client.destroy();
  return records;
}

async function backtest(file: string): Promise<Backtest> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`${root}cli/weir.mjs`, 'backtest', pipeline, file, '--json', '--standing'],
    { maxBuffer: 1024 ** 3 },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Backtest[number]);
}

/**
 * The same alerts under the same ids. How often one was amended on its way depends on how the batches were cut, and a
 * pipeline that is new says of windows that began before its first event that they are partial.
 */
function expectSame(lines: Backtest, expected: Backtest): void {
  const text = (all: Backtest): string[] =>
    all.map((line) => JSON.stringify({ ...line, status: 'stands', revision: 0, partial: false })).sort();
  const actual = text(lines);
  const wanted = new Set(text(expected));
  expect(actual.filter((line) => !wanted.has(line)).slice(0, 5)).toEqual([]);
  expect(actual).toHaveLength(wanted.size);
}

/** A subscriber that drops repeats, by id and revision, knows of every alert that stands and of none that does not. */
function expectTold(records: readonly AlertRecord[], messages: readonly Message[]): void {
  expect(records.filter(({ pending }) => pending !== undefined)).toEqual([]);
  const newest = new Map<string, Message>();
  const opened = new Set<string>();
  for (const message of messages) {
    const { alertId, revision, status } = message;
    if (status === 'opened') opened.add(alertId);
    if (revision >= (newest.get(alertId)?.revision ?? 0)) newest.set(alertId, message);
  }
  expect(records.filter(({ id }) => !opened.has(id))).toEqual([]);
  const stands = new Map(records.map(({ id, status }) => [id, status !== 'withdrawn']));
  const told = [...newest.values()].filter(({ alertId, status }) => stands.get(alertId) !== (status !== 'withdrawn'));
  expect(told).toEqual([]);
}
