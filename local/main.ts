/** `npm start`: a pipeline on this machine, with events of a made-up shop, of a recording, or of the user's own. */
import pc from 'picocolors';
import { reportOf } from '../cli/check.ts';
import { loadPipelineFile } from '../cli/pipeline-file.ts';
import { wantsColour } from '../cli/report.ts';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import { AwsCallError } from './aws-call.ts';
import { LiveView } from './live-view.ts';
import type { LocalRun } from './local-run.ts';
import { playLifecycle, shopStreams } from './play-lifecycle.ts';
import { takenPort } from './ports.ts';
import { replay, ReplayError } from './replay.ts';
import { type RunOptions, readOptions, UsageError } from './run-options.ts';
import { RunReport } from './run-report.ts';
import { welcome } from './welcome.ts';

const redraw = 250;

/** Runs until the replay is over or the user ends it, and sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const interrupted = onSignals();
  try {
    const options = await readOptions(args);
    if (options === undefined) return;
    const file = loadPipelineFile(options.pipeline, options.params);
    if (file.unreadable !== undefined) throw new UsageError(file.unreadable);
    if (file.definition === undefined) {
      process.stderr.write(`${reportOf(file, wantsColour(process.stderr))}\n`);
      process.exitCode = 1;
      return;
    }
    // Whoever comes between this and the services is told of by the service that finds its port taken.
    const taken = options.port === 0 ? undefined : await takenPort(options.port);
    if (taken !== undefined) throw new Error(`port ${taken} is taken`);
    process.exitCode = await run(options, file.definition, interrupted);
  } catch (error) {
    // Ctrl-C ends child processes too, and what fails for it may come up before the signal does.
    await new Promise((resolve) => setImmediate(resolve));
    if (interrupted.aborted) {
      process.exitCode = 130;
      return;
    }
    const message = explained(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

/** What the user can do something about, in a sentence. */
function explained(error: unknown): string | undefined {
  if (error instanceof ReplayError) return error.message;
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AwsCallError) return `An embedded service refused a call. ${error.message}`;
  if (error instanceof UsageError || error.name === 'YError')
    return `${error.message}\n\nnpm start -- --help shows the options.`;
  const port = /port (\d+) is taken/.exec(error.message)?.[1];
  if (port === undefined) return undefined;
  return `Port ${port} is taken, perhaps by another npm start. Choose four others with --port ${String(Number(port) + 100)}, or any that are free with --port 0.`;
}

async function run(options: RunOptions, definition: PipelineDefinition, interrupted: AbortSignal): Promise<number> {
  const view = new LiveView(process.stdout);
  const paint = pc.createColors(wantsColour(process.stdout));
  const compiled = compileHere(definition);
  const report = new RunReport(view, paint);
  interrupted.addEventListener('abort', () => view.print('Ending …'), { once: true });
  view.print(`Starting ${paint.bold(definition.name)} (${options.pipeline}) …`);
  // With the CDK in it: what is refused before need not wait for that.
  const { startLocal } = await import('./local-run.ts');
  interrupted.throwIfAborted();
  const local = await startLocal({
    definition,
    shards: options.shards,
    port: options.port,
    history: options.replay !== undefined,
    signal: interrupted,
    onAlert: (body) => report.alert(body),
    onLog: (source, line) => report.log(source, line),
    onProblem: (source, message) => {
      if (!interrupted.aborted) report.problem(source, message);
    },
  });
  const timer = setInterval(() => report.update(local), redraw);
  try {
    if (interrupted.aborted) return 130;
    const shop = shopStreams(compiled);
    view.print(`\n${welcome(local, shop[0]?.example)}\n`);
    if (options.replay === undefined) {
      view.print(
        shop.length > 0
          ? `Playing a shop at ${String(options.rate)} events/s into ${shop.map(({ stream }) => stream).join(', ')}. Ctrl-C ends it.\n`
          : 'Waiting for your events: the made-up shop has none that this pipeline reads. Ctrl-C ends it.\n',
      );
      await playLifecycle(shop, options.rate, local.producer, interrupted);
      return 0;
    }
    view.print(`Replaying ${options.replay.file}. Ctrl-C ends it.\n`);
    const started = performance.now();
    const played = await Promise.race([
      replay({
        ...options.replay,
        compiled,
        run: local,
        progress: (part) => (report.part = part),
        notSent: (line) => report.notSent(line),
        signal: interrupted,
      }),
      whenAborted(interrupted),
    ]);
    if (played === undefined) return 130;
    const finished = await Promise.race([finish(local), whenAborted(interrupted)]);
    if (finished === undefined) return 130;
    view.close();
    view.print(report.summary(local, played, finished - started));
    return 0;
  } finally {
    clearInterval(timer);
    view.close();
    await local.stop();
  }
}

/** Resolves, with the time at which all events were through, when everything that follows from them has come out. */
async function finish(local: LocalRun): Promise<number> {
  await local.waitUntilRead();
  const through = performance.now();
  await local.advanceToEnd();
  await local.waitForAlerts();
  return through;
}

/** Aborted by the first signal; the second ends the process, and with it its children. */
function onSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
