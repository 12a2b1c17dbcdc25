/**
 * What a rule costs in DynamoDB and how near its hottest key comes to what one partition takes: from the plan and a rate
 * of events, on assumptions that are said with the result.
 */
import { type RulePlan, tellsAbsence, tellsOfEvents } from '../plan/plan.ts';

/** us-east-1, on demand. */
export const prices = {
  asOf: 'November 2026',
  region: 'us-east-1',
  /** Dollars for a million units of 1 KB written, and of 4 KB read strongly. */
  writes: 0.625,
  reads: 0.125,
} as const;

/** What one partition of DynamoDB takes. */
export const partitionWrites = 1000;
/** Seconds of the month that AWS calculates with, 730 hours. */
const month = 2_628_000;
/** An on-demand stream has so many shards at least, and one takes so many events of 1 KB. */
const leastShards = 4;
const eventsPerShard = 1000;
/** Bytes that an event takes in a log or as evidence, and that an accumulator takes; */
const eventBytes = 250;
const accumulatorBytes = 60;
/** one that keeps values, for each of them; and one that has gone over to a sketch. */
const keptBytes = 110;
const distinctBytes = 4200;
const distributionBytes = 8000;
/** A log's item grows to 4 KB and is closed then: on the way it has half of that. */
const openLogBytes = 2048;
/** The record of a result without its values, and a value that keeps no others. */
const resultBytes = 500;
const valueBytes = 40;

export const assumptions = [
  'every event matches, takes 1 KB, and of a batch each has a key of its own: more events of a key in a batch cost less',
  `a stream has a shard for ${eventsPerShard} events/s, ${leastShards} at least, and a shard a batch a second, if it has an event`,
  'fields that are kept of an event take 250 bytes, a value that an aggregate keeps 110, a `countDistinct` 4 KB and a `percentile` 8 KB; alerts are not counted: 2 writes for an opening or a withdrawal, 1 for an amendment, and 1 for each time that a batch tells people of a rule',
  'events come in order, and each changes every result that it is in; the record of a result takes 500 bytes and its values',
  'what a batch writes for all rules together is not counted: the record of its shard, 1 unit, and where `eventId` is declared the ids of its events, 1 unit for 54; nor are the index of what is due and of what is pending, Lambda, Kinesis and SNS',
] as const;

export interface RuleCost {
  readonly itemBytes: number;
  /** Write units for a million events, */
  readonly writesPerMillion: number;
  /** as a formula. */
  readonly formula: string;
  readonly readsPerMillion: number;
  /** Of results that are revised, which are written beside the state; absent where there are none. */
  readonly results?: ResultCost;
  readonly dollarsPerMonth: number;
  /** Write units a second on the hottest key, were all events of one key. */
  readonly hottestKey: number;
}

export interface ResultCost {
  /** For a million events, */
  readonly changesPerMillion: number;
  /** each so many write units. */
  readonly writesEach: number;
  /** Records in their stream for a million events: of a rule in shadow none. */
  readonly recordsPerMillion: number;
}

/** `rate`: events a second into the rule's streams together. */
export function costOf(plan: RulePlan, rate: number): RuleCost {
  const shards = Math.max(leastShards, Math.ceil(rate / eventsPerShard));
  const batches = Math.min(rate, shards);
  const { itemBytes, itemsPerEvent } = stateOf(plan);
  const units = Math.ceil(itemBytes / 1024);
  const isGlobal = plan.groupNames.length === 0;
  // One key has one item a batch, however many events it got.
  const itemsPerMillion = isGlobal ? itemsPerEvent * (batches / rate) * 1e6 : itemsPerEvent * 1e6;
  const writesPerMillion = itemsPerMillion * units;
  // Whoever shares a key reads the panes of all writers, and the records of the alerts.
  const shares = plan.window !== undefined && plan.emit !== 'final' && !plan.cacheable;
  const readsPerMillion = shares ? itemsPerMillion * (shards * Math.ceil(itemBytes / 4096) + 1) : 0;
  const results = resultsOf(plan, isGlobal ? batches / rate : 1);
  const resultWrites = results === undefined ? 0 : results.changesPerMillion * results.writesEach;
  const perMillion = ((writesPerMillion + resultWrites) * prices.writes + readsPerMillion * prices.reads) / 1e6;
  const writers = plan.writer === 'key' ? 1 : Math.min(batches, shards);
  return {
    itemBytes,
    writesPerMillion: Math.round(writesPerMillion),
    formula: formulaOf(itemsPerEvent, units, isGlobal),
    readsPerMillion: Math.round(readsPerMillion),
    ...(results && { results }),
    dollarsPerMonth: (perMillion * rate * month) / 1e6,
    // The records of results lie in a table of their own.
    hottestKey: Math.max(itemsPerEvent * units * writers, hottestResults(plan, rate, writers)),
  };
}

/** `batches`: those that an event's key is in, for each event of it. */
function resultsOf(plan: RulePlan, batches: number): ResultCost | undefined {
  if (plan.revisesInto === undefined) return undefined;
  const { changes, isOfEvent } = changesOf(plan);
  const changesPerMillion = Math.round(changes * (isOfEvent ? 1 : batches) * 1e6);
  return {
    changesPerMillion,
    writesEach: resultUnits(plan),
    recordsPerMillion: plan.live ? changesPerMillion : 0,
  };
}

/** Write units a second on the results of the hottest key. */
function hottestResults(plan: RulePlan, rate: number, writers: number): number {
  if (plan.revisesInto === undefined) return 0;
  const { changes, isOfEvent } = changesOf(plan);
  return changes * (isOfEvent ? rate : writers) * resultUnits(plan);
}

/** How many results an event changes, and whether these are windows of its own: others change once a batch. */
function changesOf({ window }: RulePlan): { readonly changes: number; readonly isOfEvent: boolean } {
  if (window?.kind === 'hopping') return { changes: Math.ceil(window.size / window.every), isOfEvent: false };
  return { changes: 1, isOfEvent: ['sliding', 'before', 'last'].includes(window?.kind ?? '') };
}

/** Of one change: recorded as pending and marked as told, and in shadow only recorded. */
function resultUnits({ accumulators, aggregateNames, live }: RulePlan): number {
  const kept = sum(accumulators.map(({ limit = 0 }) => limit * keptBytes));
  const units = Math.ceil((resultBytes + aggregateNames.length * valueBytes + kept) / 1024);
  return live ? 2 * units : units;
}

function formulaOf(itemsPerEvent: number, units: number, isGlobal: boolean): string {
  if (itemsPerEvent === 0) return 'none but alerts';
  const keys = isGlobal ? 'batches' : 'keys in a batch, summed over the batches,';
  return `${keys} × ${units} KB${itemsPerEvent === 2 ? ', put twice' : ''}`;
}

function stateOf({ window, accumulators, evidence, into }: RulePlan): { itemBytes: number; itemsPerEvent: number } {
  if (window === undefined) return { itemBytes: 0, itemsPerEvent: 0 };
  const isLog = ['sliding', 'before', 'last', 'session', 'until', 'sequence', 'join', 'instant'].includes(window.kind);
  // A pane that waits for what may not come, or for its results to be final, is put again once that is looked at.
  const waits = tellsAbsence(window) || (into !== undefined && tellsOfEvents(window));
  const itemBytes = isLog ? openLogBytes : 200 + sum(accumulators.map(bytesOf)) + evidence * eventBytes;
  return { itemBytes, itemsPerEvent: waits ? 2 : 1 };
}

function bytesOf({ kind, limit }: RulePlan['accumulators'][number]): number {
  if (limit !== undefined) return limit * keptBytes;
  if (kind === 'percentile') return distributionBytes;
  return kind === 'countDistinct' ? distinctBytes : accumulatorBytes;
}

function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0);
}
