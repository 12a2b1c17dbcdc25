/** The environment variables of the functions: what infra sets and the handlers read. */
export const variables = {
  /** `process-stream`: the name, in the pipeline file, of the stream that it reads. */
  stream: 'WEIR_STREAM',
  /**
   * JSON, the name of each stream in the pipeline file to its name in Kinesis: of all for `advance-time`, else of those
   * that the function puts revisions of results into.
   */
  streamNames: 'WEIR_STREAM_NAMES',
  stateTable: 'WEIR_STATE_TABLE',
  alertTable: 'WEIR_ALERT_TABLE',
  alertTopic: 'WEIR_ALERT_TOPIC_ARN',
  deadLetterBucket: 'WEIR_DEAD_LETTER_BUCKET',
  /** The value of the dimension of all metrics. */
  service: 'WEIR_SERVICE',
} as const;

/** The value of an environment variable; throws with its name where it is not set. */
export function required(name: (typeof variables)[keyof typeof variables]): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** The value of an environment variable that need not be set. */
export function optional(name: (typeof variables)[keyof typeof variables]): string | undefined {
  return process.env[name];
}

let streamNames: ReadonlyMap<string, string> | undefined;

/** The name in Kinesis of a stream of the pipeline file; throws where the environment does not say it. */
export function streamName(stream: string): string {
  streamNames ??= new Map(Object.entries(JSON.parse(required(variables.streamNames)) as Record<string, string>));
  const name = streamNames.get(stream);
  if (name === undefined) throw new Error(`${variables.streamNames} does not name the stream ${stream}`);
  return name;
}

/** The name of a stack's function that puts dead letters back: `weir replay` knows no more than the stack's. */
export function redriveName(stack: string): string {
  return `${stack}-redrive`;
}
