/** `weir replay`: puts the dead letters of a deployed pipeline back, and says what came of them. */
import { functionEnvironment, invoke, lambdaClient } from '../adapters/lambda.ts';
import { listKeys, s3Client } from '../adapters/s3.ts';
import type { LetterOutcome, RedriveReport } from '../engine/protocol/redrive.ts';
import type { LetterLine, RedriveEvent } from '../functions/dead-letter.ts';
import { variables } from '../functions/environment.ts';
import { type Letter, LetterObjects } from './letter-objects.ts';
import { Progress } from './progress.ts';
import { ReplayReport } from './replay-report.ts';

export interface ReplayOptions {
  readonly function: string;
  /** Absent: the one that the function writes to. */
  readonly bucket: string | undefined;
  readonly prefix: string | undefined;
  readonly rule: string | undefined;
  /** Epoch milliseconds. */
  readonly since: number | undefined;
  readonly late: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Where Lambda itself keeps the batches that it gave up. */
const givenUp = 'aws/lambda/';

/** Of one call: Lambda takes 6 MB. */
const lettersPerCall = 200;
const charactersPerCall = 2_000_000;
const longestLetter = 5_000_000;

/** Runs the command and gives the exit code: 1 where it could not be done. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  // The AWS command line goes by this variable, the SDK does not.
  process.env['AWS_REGION'] ??= process.env['AWS_DEFAULT_REGION'];
  const progress = new Progress(undefined);
  try {
    const report = await replay(options, progress);
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(report.json(), undefined, 2)}\n` : report.text());
    return 0;
  } catch (cause) {
    progress.clear();
    process.stderr.write(`weir replay: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    return 1;
  }
}

async function replay(options: ReplayOptions, progress: Progress): Promise<ReplayReport> {
  const lambda = lambdaClient();
  const environment = await functionEnvironment(lambda, options.function);
  if (environment === undefined)
    throw new Error(`there is no function ${options.function} in this account and region; is the stack's name right?`);
  const bucket = options.bucket ?? environment[variables.deadLetterBucket];
  if (bucket === undefined) throw new Error(`${options.function} does not say where dead letters lie; use --bucket`);
  const s3 = s3Client();
  const objects = new LetterObjects(s3, bucket);
  const report = new ReplayReport(bucket, options.dryRun, (await listKeys(s3, bucket, givenUp)).length);

  const put = async (letters: readonly Letter[]): Promise<void> => {
    const { rule, late, dryRun } = options;
    for (const call of calls(letters)) {
      const event: RedriveEvent = {
        letters: call.map(({ line }) => line),
        late,
        dryRun,
        ...(rule !== undefined && { rule }),
      };
      const { letters: outcomes, told } = (await invoke(lambda, options.function, event)) as RedriveReport;
      report.told(told);
      call.forEach((letter, i) => {
        const outcome = outcomes[i];
        if (outcome !== undefined) report.add(letter, outcome);
        // What was put back for one rule alone may still be wanted by others.
        if (outcome !== undefined && isDone(outcome) && (rule === undefined || letter.read.rule !== undefined))
          letter.done = true;
      });
    }
    if (!dryRun) await objects.setAside(letters);
  };

  let waiting: Letter[] = [];
  for (const prefix of options.prefix === undefined ? ['invalid/', 'late/'] : [options.prefix]) {
    for (const key of await listKeys(s3, bucket, prefix)) {
      waiting.push(...(await objects.read(key)).filter(({ read }) => isMeant(read, options)));
      progress.show(0, () => report.progress());
      if (waiting.length < lettersPerCall) continue;
      await put(waiting);
      waiting = [];
    }
  }
  await put(waiting);
  return report;
}

function isMeant({ rule, arrivalTime }: LetterLine, options: ReplayOptions): boolean {
  if (options.rule !== undefined && rule !== undefined && rule !== options.rule) return false;
  return options.since === undefined || Date.parse(arrivalTime ?? '') >= options.since;
}

function isDone({ refused }: LetterOutcome): boolean {
  return refused.length === 0;
}

/** The letters cut into calls that Lambda takes; throws for one that it never will. */
function calls(letters: readonly Letter[]): Letter[][] {
  const cut: Letter[][] = [];
  let characters = 0;
  for (const letter of letters) {
    const { length } = letter.line;
    if (length > longestLetter) throw new Error(`a letter in ${letter.object.key} is too large to be put back`);
    const last = cut.at(-1);
    if (last === undefined || last.length === lettersPerCall || characters + length > charactersPerCall) {
      cut.push([letter]);
      characters = length;
    } else {
      last.push(letter);
      characters += length;
    }
  }
  return cut;
}
