/** `weir backtest`: what a pipeline would have said of recorded events. */
import pc from 'picocolors';
import type { AlertRecord } from '../engine/alert/alert.ts';
import type { InputRecord, Rejection } from '../engine/intake/input-record.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import { resultStreams } from '../engine/plan/sources.ts';
import { InMemoryRun } from '../engine/run/in-memory-run.ts';
import { digestedOf } from '../engine/alert/message-limit.ts';
import { MessageTally } from '../engine/alert/message-tally.ts';
import { formatLimit } from '../engine/pipeline/limit.ts';
import {
  alertLine,
  alertText,
  compareAlerts,
  digestLine,
  rejectionLine,
  rejectionText,
  revisionLine,
  revisionText,
} from './alert-output.ts';
import { eachPiece, eventFile } from './event-lines.ts';
import { loadPipelineFile } from './pipeline-file.ts';
import { Progress } from './progress.ts';
import { RecordedEvents } from './recorded-events.ts';
import { renderFaults, wantsColour } from './report.ts';

export interface BacktestOptions {
  readonly pipeline: string;
  readonly inputs: readonly string[];
  readonly json: boolean;
  readonly standing: boolean;
  readonly flush: boolean;
  readonly param: Readonly<Record<string, string>>;
}

/** Runs the backtest and gives the exit code: 1 where the pipeline has faults or a file cannot be read. */
export async function runBacktest(options: BacktestOptions): Promise<number> {
  const pipeline = loadPipelineFile(options.pipeline, options.param);
  if (pipeline.unreadable !== undefined) return fail(`${options.pipeline}: ${pipeline.unreadable}`);
  if (pipeline.definition === undefined) {
    process.stderr.write(
      `${renderFaults(pipeline.faults, pipeline.sources, { colour: wantsColour(process.stderr), path: options.pipeline })}\n\n`,
    );
    return fail(`${options.pipeline} has faults; mend them and run the backtest again`);
  }
  const files = options.inputs.map(eventFile);
  const unreadable = files.filter((file) => file.unreadable !== undefined);
  if (unreadable.length > 0)
    return fail(unreadable.map(({ path, unreadable: why }) => `${path}: ${why ?? ''}`).join('\n'));

  const compiled = compileHere(pipeline.definition);
  const result = new BacktestResult(options.standing, new MessageTally(compiled.plan.rules));
  const progress = new Progress(
    files.some(({ bytes }) => bytes === undefined) ? undefined : files.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
  );
  let reader: RecordedEvents | undefined;
  const results = new Set(resultStreams(pipeline.definition).map(({ name }) => name));
  const run = new InMemoryRun(compiled, {
    alert: (record) => result.alert(record),
    revised: (record) => result.revise(record),
    // A rejected event is shown with all of its fields; the result of a rule has no more than it says.
    rejected: (rejection) =>
      result.rejected(
        results.has(rejection.record.stream)
          ? rejection
          : { ...rejection, record: { ...rejection.record, event: reader?.whole() } },
      ),
  });
  const take = (record: InputRecord): void => run.process(record);
  const started = performance.now();
  let before = 0;
  for (const file of files) {
    try {
      const events: RecordedEvents = (reader = new RecordedEvents(file.path, compiled.program, reader?.position));
      await eachPiece(file, ({ bytes, bytesRead }) => {
        events.each(bytes, take);
        result.events = events.position;
        progress.show(
          before + bytesRead,
          () => `${result.events.toLocaleString('en')} events, ${result.opened.toLocaleString('en')} alerts`,
        );
      });
    } catch (cause) {
      progress.clear();
      return fail(`${file.path}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    before += file.bytes ?? 0;
  }
  if (options.flush) run.end();
  const millis = performance.now() - started;
  progress.clear();
  // Those that take revisions of results, by rule.
  const streams = new Map(
    compiled.plan.rules.flatMap(({ name, revisesInto }): [string, string][] =>
      revisesInto === undefined ? [] : [[name, revisesInto]],
    ),
  );
  print(result, options, streams);
  if (!options.json)
    process.stdout.write(
      summary(
        result,
        run,
        new Map(
          pipeline.definition.rules.flatMap(({ name, alert }): [string, string][] => {
            if (alert !== undefined) return [[name, 'alert']];
            return streams.has(name) ? [[name, 'result']] : [];
          }),
        ),
        millis,
      ),
    );
  return 0;
}

class BacktestResult {
  readonly #standingOnly: boolean;
  readonly revisions: AlertRecord[] = [];
  readonly standing = new Map<string, AlertRecord>();
  readonly rejections: Rejection[] = [];
  events = 0;
  opened = 0;

  constructor(
    standingOnly: boolean,
    readonly tally: MessageTally,
  ) {
    this.#standingOnly = standingOnly;
  }

  alert(record: AlertRecord): void {
    this.tally.add(record);
    if (record.revision === 0) this.opened++;
    this.revise(record);
  }

  /** An alert, or a result that is no alert. */
  revise(record: AlertRecord): void {
    if (!this.#standingOnly) this.revisions.push(record);
    if (record.status === 'withdrawn') this.standing.delete(record.id);
    else this.standing.set(record.id, record);
  }

  rejected(rejection: Rejection): void {
    this.rejections.push(rejection);
  }
}

function print(
  result: BacktestResult,
  { json, standing }: BacktestOptions,
  streams: ReadonlyMap<string, string>,
): void {
  const alerts = (standing ? [...result.standing.values()] : result.revisions).sort(compareAlerts);
  const colour = pc.createColors(wantsColour(process.stdout));
  const lines = [
    ...alerts.map((record) => {
      const stream = streams.get(record.rule);
      if (stream === undefined) return json ? alertLine(record) : alertText(record, colour);
      return json ? revisionLine(stream, record) : revisionText(stream, record, colour);
    }),
    ...(standing || !json ? [] : result.tally.digests.map(digestLine)),
    ...(standing
      ? []
      : result.rejections.map((rejection) => (json ? rejectionLine(rejection) : rejectionText(rejection, colour)))),
  ];
  // In pieces, so that no text grows beyond what a string can hold.
  for (let at = 0; at < lines.length; at += 1000) process.stdout.write(`${lines.slice(at, at + 1000).join('\n')}\n`);
}

function summary(
  result: BacktestResult,
  { predicateFailures, repeats }: Pick<InMemoryRun, 'predicateFailures' | 'repeats'>,
  rules: ReadonlyMap<string, string>,
  millis: number,
): string {
  const byRule = new Map<string, number>();
  for (const { rule } of result.standing.values()) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  const count = (kind: Rejection['kind']): number =>
    result.rejections.filter((rejection) => rejection.kind === kind).length;
  const failed = predicateFailures.reduce((sum: number, n: number | undefined) => sum + (n ?? 0), 0);
  const rate = Math.round(result.events / (millis / 1000)).toLocaleString('en');
  return [
    '',
    `${result.events.toLocaleString('en')} events in ${(millis / 1000).toFixed(1)} s (${rate} a second), ${count('late')} late, ${count('invalid')} invalid${repeats > 0 ? `, ${repeats} sent again and not counted again` : ''}${failed > 0 ? `, ${failed} predicates failed and did not match` : ''}`,
    ...[...rules].map(([rule, what]) => {
      const standing = byRule.get(rule) ?? 0;
      return `  ${rule}: ${standing === 1 ? `1 ${what} stands` : `${standing.toLocaleString('en')} ${what}s stand`}${digestWords(result.tally, rule)}`;
    }),
    '',
  ].join('\n');
}

/** What of a rule's messages people would not get one by one. */
function digestWords({ digests }: MessageTally, rule: string): string {
  const of = digests.filter(({ plan }) => plan.name === rule);
  const [first] = of;
  if (first === undefined) return '';
  const messages = of.reduce((sum, { count }) => sum + digestedOf(count), 0);
  const together = of.length === 1 ? 'a digest' : `${of.length.toLocaleString('en')} digests`;
  return `; ${messages.toLocaleString('en')} of its messages, beyond ${formatLimit(first.plan.limit)}, would be told in ${together}`;
}

function fail(message: string): number {
  process.stderr.write(`weir backtest: ${message}\n`);
  return 1;
}
