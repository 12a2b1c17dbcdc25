/** `streams`: what events come in, and how their key, time and identity are found. */
import type { Scope } from '../expression/expression.ts';
import type { Millis } from '../time.ts';
import type { StreamDefinition } from './definition.ts';
import { type DurationBounds, readDuration } from './duration.ts';
import { readExpression } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { checkResourceName } from './name.ts';
import { type Files, readSchema } from './schema.ts';
import { type ParamTypes, streamScope } from './scope.ts';

export const fields = {
  partitionKey: { example: 'partitionKey: event.customerId' },
  eventTime: 'optional',
  eventId: 'optional',
  outOfOrderness: 'optional',
  allowedLateness: 'optional',
  clockSkew: 'optional',
  idleAfter: 'optional',
  dedupeWithin: 'optional',
  schema: 'optional',
  publish: 'not-yet',
  encoding: 'not-yet',
} as const;

const defaults = {
  outOfOrderness: 60_000,
  allowedLateness: 3_600_000,
  clockSkew: 300_000,
  idleAfter: 60_000,
  dedupeWithin: 600_000,
} as const;

/** Kinesis keeps records for a year at most. */
const bounds: DurationBounds = { atLeast: 0 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.

/** A shard that is read at this moment is silent for a while, too. */
const idleBounds: DurationBounds = { atLeast: 1_000 as Millis, atMost: bounds.atMost };

/** Every id of a shard within the horizon is in memory. */
const horizonBounds: DurationBounds = { atLeast: 0 as Millis, atMost: 3_600_000 as Millis }; // Branding.

/** A stream's name is known even where the rest of it is at fault. */
export interface StreamReading {
  readonly name: string;
  readonly key: Entry['key'];
  readonly hasEventId: boolean;
  /** What its own expressions may name. */
  readonly scope: Scope;
  readonly schema?: object;
  readonly definition?: StreamDefinition;
}

export function readStreams(report: FaultReport, entry: Entry, params: ParamTypes, files: Files): StreamReading[] {
  const streams = entriesOf(report, entry, 'stream', 'a map of streams by name');
  if (streams?.length === 0)
    report.error('stream.none', entry.range, 'there is no stream', { allowed: 'a map of streams by name' });
  return (streams ?? []).map((stream) => readStream(report, stream, params, files));
}

function readStream(report: FaultReport, stream: Entry, params: ParamTypes, files: Files): StreamReading {
  checkResourceName(report, { ...stream, range: stream.key });
  const entries = entriesOf(report, stream, 'stream', "a map of settings; 'partitionKey' is the one it needs");
  const given =
    entries && readFields(report, entries, stream.key, { code: 'stream', what: `the stream '${stream.name}'` }, fields);
  const scope = streamScope(params);
  const expression = (field: Entry | undefined, wanted?: Parameters<typeof readExpression>[3]) =>
    field && readExpression(report, field, scope, wanted);
  const duration = (name: keyof typeof defaults, within = bounds) =>
    (given?.[name] && readDuration(report, given[name], within)) ?? (defaults[name] as Millis); // Branding.
  const partitionKey = expression(given?.partitionKey, {
    types: ['string', 'number', 'bool', 'timestamp'],
    words: 'a single value',
  });
  const eventTime = expression(given?.eventTime, {
    types: ['string', 'number', 'timestamp'],
    words: 'an ISO 8601 text with its zone, epoch milliseconds, or a timestamp',
  });
  const eventId = expression(given?.eventId, { types: ['string', 'number'], words: 'a text or a number' });
  const times = {
    outOfOrderness: duration('outOfOrderness'),
    allowedLateness: duration('allowedLateness'),
    clockSkew: duration('clockSkew'),
    idleAfter: duration('idleAfter', idleBounds),
    dedupeWithin: duration('dedupeWithin', horizonBounds),
  };
  const schema = given?.schema && readSchema(report, given.schema, files);
  const { name, key } = stream;
  return {
    name,
    key,
    hasEventId: given?.eventId !== undefined,
    scope,
    ...(schema && { schema }),
    ...(partitionKey && {
      definition: {
        name,
        partitionKey,
        ...(eventTime && { eventTime }),
        ...(eventId && { eventId }),
        ...times,
        ...(schema && { schema }),
      },
    }),
  };
}
