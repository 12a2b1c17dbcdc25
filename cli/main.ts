/** The command line `weir`: which commands there are, their options, and what is said when they are called wrongly. */
import yargs, { type Argv } from 'yargs';
import { redriveName } from '../functions/environment.ts';

/** yargs drops a lone `-` from a list of files, so it goes through it by another name. */
const standardInput = './-';

/** What the command line cannot be understood as. */
class UsageError extends Error {}

const commandNames: readonly string[] = ['check', 'backtest', 'test', 'explain', 'replay'];

/** Runs the command line and gives the exit code: 0 fine, 1 the command found faults, 2 it was called wrongly. */
export async function main(args: readonly string[], version: string): Promise<number> {
  let code = 0;
  const commands = yargs(args.map((arg) => (arg === '-' ? standardInput : arg)))
    .scriptName('weir')
    .usage('Weir: a stream processor for your own AWS account, with rules in a file.\n\nUsage: $0 <command>')
    .command('check <files..>', 'Check pipeline files and print every fault at once', checkOptions, async (options) => {
      const { runCheck } = await import('./check.ts');
      code = runCheck({ ...options, param: named(options.param) });
    })
    .command(
      'backtest <pipeline> <inputs..>',
      'Run a pipeline over recorded events and print its alerts',
      backtestOptions,
      async (options) => {
        const { runBacktest } = await import('./backtest.ts');
        const inputs = options.inputs.map((file) => (file === standardInput ? '-' : file));
        code = await runBacktest({ ...options, inputs, param: named(options.param) });
      },
    )
    .command(
      'test [files..]',
      'Run the tests of pipelines: pipeline.test.yaml beside pipeline.yaml',
      testOptions,
      async (options) => {
        const call = { ...options, param: named(options.param) };
        if (options.watch) {
          const { watchTests } = await import('./test-watch.ts');
          const stop = new AbortController();
          process.once('SIGINT', () => stop.abort());
          code = await watchTests(call, stop.signal);
        } else {
          const { runTest } = await import('./test.ts');
          code = runTest(call).code;
        }
      },
    )
    .command(
      'explain <pipeline> [newer]',
      'Say what each rule asks, how it runs and what it costs; or what a newer file changes',
      explainOptions,
      async (options) => {
        if ((options.newer !== undefined) !== options.diff)
          throw new UsageError('two files are compared with --diff OLD NEW, and one is explained without it');
        if (!(options.rate > 0)) throw new UsageError('--rate needs a number of events a second, above 0');
        const { runExplain } = await import('./explain.ts');
        code = runExplain({ ...options, param: named(options.param) });
      },
    )
    .command(
      'replay',
      'Put dead letters back, each once and for the rule that could not take it',
      replayOptions,
      async (options) => {
        const { runReplay } = await import('./replay.ts');
        code = await runReplay(replayCall(options));
      },
    )
    .demandCommand(1, 1, 'it needs a command: check, backtest, test, explain or replay', 'One command at a time.')
    .strict()
    .recommendCommands()
    .help()
    .alias('help', 'h')
    .version(version)
    .epilogue('weir <command> --help shows the options and examples of a command.')
    .wrap(Math.min(100, process.stdout.columns || 80))
    .exitProcess(false)
    // yargs gives no error where its own check of the call failed, whatever its types say.
    .fail((message, error: Error | undefined) => {
      throw error ?? new UsageError(message);
    });
  try {
    await commands.parseAsync();
    return code;
  } catch (cause) {
    const fault = usageFault(cause, args);
    if (fault === undefined) throw cause;
    const command = commandNames.includes(args[0] ?? '') ? ` ${args[0]}` : '';
    process.stderr.write(
      `weir${command}: ${fault}.\n\nweir${command} --help shows how it is called.\n`.replace(/([.?])\./, '$1'),
    );
    return 2;
  }
}

function checkOptions(command: Argv) {
  return withParams(command)
    .usage('Usage: $0 check <files..> [--json] [--param name=value]')
    .positional('files', { describe: 'Pipeline files', type: 'string', array: true, demandOption: true })
    .option('json', { describe: 'Print one JSON object, for editors and scripts', type: 'boolean', default: false })
    .example('$0 check pipeline.yaml', 'All faults, with remedies')
    .example('$0 check pipeline.yaml --param review=2000', 'With another value')
    .example('$0 check pipeline.yaml --json', 'For an editor');
}

function backtestOptions(command: Argv) {
  return withParams(command)
    .usage('Usage: $0 backtest <pipeline> <inputs..> [--json] [--standing] [--no-flush] [--param name=value]')
    .positional('pipeline', { describe: 'The pipeline file', type: 'string', demandOption: true })
    .positional('inputs', {
      describe: 'NDJSON in arrival order, also .gz; - is the standard input',
      type: 'string',
      array: true,
      demandOption: true,
    })
    .option('json', { describe: 'Print one JSON object a line', type: 'boolean', default: false })
    .option('standing', { describe: 'Print only what stands at the end', type: 'boolean', default: false })
    .option('flush', {
      describe: 'At the end, move the watermark to the end of time (--no-flush: leave it)',
      type: 'boolean',
      default: true,
    })
    .example('$0 backtest pipeline.yaml orders.ndjson.gz', 'For a person')
    .example('$0 backtest pipeline.yaml - --json --standing < events.ndjson', 'For a program');
}

function testOptions(command: Argv) {
  return withParams(command)
    .usage('Usage: $0 test [files..] [--watch] [--json] [--param name=value]')
    .positional('files', {
      describe: 'Test files, pipeline files or folders; without any, all under pipelines/',
      type: 'string',
      array: true,
      default: [] as string[],
    })
    .option('json', { describe: 'Print one JSON object, for editors and scripts', type: 'boolean', default: false })
    .option('watch', {
      describe: 'Run again whenever one of the files changes, until Ctrl-C',
      type: 'boolean',
      default: false,
    })
    .example('$0 test', 'All under pipelines/')
    .example('$0 test pipelines/retail/pipeline.test.yaml', 'One pipeline')
    .example('$0 test --watch pipelines/retail', 'While you write rules');
}

function explainOptions(command: Argv) {
  return withParams(command)
    .usage('Usage: $0 explain <pipeline> [--rate N] [--json]\n       $0 explain --diff <old> <new> [--json]')
    .positional('pipeline', { describe: 'The pipeline file', type: 'string', demandOption: true })
    .positional('newer', { describe: 'With --diff: what it is compared with', type: 'string' })
    .option('diff', {
      describe: 'What deploying the second file in place of the first does',
      type: 'boolean',
      default: false,
    })
    .option('rate', { describe: 'Events a second, for what it costs', type: 'number', default: 100 })
    .option('json', { describe: 'Print one JSON object', type: 'boolean', default: false })
    .example('$0 explain pipeline.yaml --rate 500', 'Rules, and what they cost')
    .example('$0 explain --diff deployed.yaml pipeline.yaml', 'Before a deployment');
}

function replayOptions(command: Argv) {
  return command
    .usage('Usage: $0 replay --stack NAME [--prefix P] [--rule R] [--since T] [--late] [--dry-run] [--json]')
    .option('stack', { describe: 'The stack, such as weir-retail', type: 'string', requiresArg: true })
    .option('bucket', { describe: "The bucket, in place of the stack's", type: 'string', requiresArg: true })
    .option('function', { describe: "The function, in place of the stack's", type: 'string', requiresArg: true })
    .option('prefix', {
      describe: 'Only the letters whose keys begin so, such as invalid/orders/',
      type: 'string',
      requiresArg: true,
    })
    .option('rule', { describe: 'Only for this rule', type: 'string', requiresArg: true })
    .option('since', {
      describe: 'Only records that arrived since, such as 2026-03-02T09:00:00Z',
      type: 'string',
      requiresArg: true,
    })
    .option('late', { describe: 'Also count events that are late', type: 'boolean', default: false })
    .option('dry-run', { describe: 'Say what would be done, and do nothing', type: 'boolean', default: false })
    .option('json', { describe: 'Print one JSON object', type: 'boolean', default: false })
    .example('$0 replay --stack weir-retail --dry-run', 'What lies there, and what would come of it')
    .example('$0 replay --stack weir-retail --rule spent --late', 'A mended rule gets what it missed');
}

/** What the options mean together. */
function replayCall(options: {
  readonly stack: string | undefined;
  readonly bucket: string | undefined;
  readonly function: string | undefined;
  readonly prefix: string | undefined;
  readonly rule: string | undefined;
  readonly since: string | undefined;
  readonly late: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}) {
  const { stack, since, prefix } = options;
  const name = options.function ?? (stack === undefined ? undefined : redriveName(stack));
  if (name === undefined) throw new UsageError('it needs --stack NAME, the stack whose dead letters are put back');
  const arrived = since === undefined ? undefined : Date.parse(since);
  if (arrived !== undefined && Number.isNaN(arrived))
    throw new UsageError(`--since needs a time such as 2026-03-02T09:00:00Z, not '${since ?? ''}'`);
  if (prefix !== undefined && !/^(invalid|late)\//.test(prefix))
    throw new UsageError(`--prefix begins with invalid/ or late/, where dead letters lie, not '${prefix}'`);
  return { ...options, function: name, since: arrived };
}

function withParams<T>(command: Argv<T>) {
  return command.option('param', {
    describe: 'A parameter as name=value, in place of the value in the file; may be repeated',
    type: 'string',
    requiresArg: true,
  });
}

/** `--param review=2000 --param highValue=100` as an object. */
function named(given: string | readonly string[] | undefined): Readonly<Record<string, string>> {
  const pairs = [given ?? []].flat().map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UsageError(`--param needs name=value, for example --param review=2000, not '${pair}'`);
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

/** What yargs found wrong with the call, in a sentence that helps; undefined where the fault is ours. */
function usageFault(cause: unknown, args: readonly string[]): string | undefined {
  if (!(cause instanceof UsageError) && !(cause instanceof Error && cause.name === 'YError')) return undefined;
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  const { message } = cause;
  if (!commandNames.includes(command) && command !== '') {
    const meant = /Did you mean (\S+)\?/.exec(message)?.[1];
    return `there is no command '${command}'${meant === undefined ? `; the commands are ${commandNames.join(', ')}` : `; did you mean '${meant}'?`}`;
  }
  if (/non-option arguments/.test(message))
    return command === 'backtest' ? 'it needs a pipeline file and a file of events' : 'it needs a pipeline file';
  return message.replace(
    /^Unknown arguments?: (.*)$/,
    (_, names: string) =>
      `there is no option ${names
        .split(', ')
        .map((name) => `'${name.length > 1 ? '--' : '-'}${name}'`)
        .join(', ')}`,
  );
}
