import { statSync } from 'node:fs';
import yargs from 'yargs';

export interface RunOptions {
  readonly pipeline: string;
  readonly params: Readonly<Record<string, string>>;
  readonly port: number;
  /** Events a second of the generator. */
  readonly rate: number;
  /** Of every stream. */
  readonly shards: number;
  readonly replay?: { readonly file: string /** Infinity: as fast as it is taken. */; readonly speed: number };
}

/** A call that cannot be followed, in words for the user. */
export class UsageError extends Error {}

const defaultPort = 4600;

/** Reads the arguments of `npm start --`; undefined where help was asked for and given. Throws UsageError. */
export async function readOptions(args: readonly string[]): Promise<RunOptions | undefined> {
  const parser = yargs([...args])
    .scriptName('npm start --')
    .usage(
      'Runs a pipeline on this machine: Kinesis, DynamoDB, SNS and S3 on their real protocols, the functions that are deployed, and events.\n\nUsage: $0 [options]',
    )
    .option('pipeline', { describe: 'The pipeline file', type: 'string', default: 'pipelines/retail/pipeline.yaml' })
    .option('replay', {
      describe: 'Play recorded events, NDJSON or NDJSON.gz, instead of making some up',
      type: 'string',
    })
    .option('speed', { describe: 'How fast to replay: 1000x as it happened, or max (the default)', type: 'string' })
    .option('rate', { describe: 'Events a second that are made up', type: 'number', default: 20 })
    .option('shards', { describe: 'Shards of every stream', type: 'number', default: 1 })
    .option('port', {
      describe: 'The first of four ports in a row; 0: any that are free',
      type: 'number',
      default: defaultPort,
    })
    .option('param', {
      describe: 'A parameter as name=value, in place of the value in the file',
      type: 'string',
      array: true,
      requiresArg: true,
    })
    .example('$0', 'The shop in pipelines/retail/')
    .example('$0 --rate 500 --param highValue=300', 'More customers, and a rule that is quicker to tell')
    .example('$0 --pipeline my.yaml --replay events.ndjson.gz --speed 1000x', 'A day of events in a minute and a half')
    .nargs('param', 1)
    .strict()
    .version(false)
    .help()
    .wrap(Math.min(110, process.stdout.columns || 80))
    .exitProcess(false)
    .fail((message, error) => {
      // yargs passes no error where the arguments are at fault.
      throw (error as Error | undefined) ?? new UsageError(wrongCall(message, args));
    });
  const given = await parser.parseAsync();
  if (given['help'] === true) return undefined;
  const replay = replayOf(given.replay, given.speed);
  return {
    pipeline: given.pipeline,
    params: params(given.param ?? []),
    port: wholeNumber('--port', given.port, 0, 65_532),
    rate: between('--rate', given.rate, 0.1, 10_000),
    shards: wholeNumber('--shards', given.shards, 1, 64),
    ...(replay !== undefined && { replay }),
  };
}

/** What yargs says of a call, in words that help. */
function wrongCall(message: string, args: readonly string[]): string {
  const name = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (name === undefined) return message;
  if (args.includes(name)) return `${name} belongs to no option; a pipeline file is given as --pipeline ${name}`;
  return `there is no option --${name}`;
}

function replayOf(file: string | undefined, speed: string | undefined): RunOptions['replay'] {
  if (file === undefined) {
    if (speed !== undefined) throw new UsageError('--speed goes with --replay FILE');
    return undefined;
  }
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UsageError(`--replay ${file}: there is no such file`);
  }
  return { file, speed: speedOf(speed ?? 'max') };
}

function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const factor = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1] ?? 0);
  if (factor > 0) return factor;
  throw new UsageError(`--speed ${text} must be a factor such as 1000x, or max`);
}

function params(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new UsageError(`--param ${pair} must be name=value, for example --param highValue=300`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function between(name: string, value: number, from: number, to: number): number {
  if (value >= from && value <= to) return value;
  throw new UsageError(`${name} must be a number between ${String(from)} and ${String(to)}`);
}

function wholeNumber(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value)) return between(name, value, from, to);
  throw new UsageError(`${name} must be a whole number between ${String(from)} and ${String(to)}`);
}
