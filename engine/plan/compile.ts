/** Compiles a pipeline's definition to the plan, which is data, and the text of its program. */
import { canonical } from '../expression/tree.ts';
import {
  isOfStream,
  type PipelineDefinition,
  type RuleDefinition,
  type TableDefinition,
  type WindowDefinition,
} from '../pipeline/definition.ts';
import { staysTrue } from '../pipeline/growth.ts';
import { defaultLimit } from '../pipeline/limit.ts';
import type { Millis } from '../time.ts';
import { shortHash } from '../alert/identity.ts';
import { joinPlan } from './join-plan.ts';
import { fewestEvents } from './fewest-events.ts';
import { fingerprint, meaning, tableFingerprint } from './fingerprint.ts';
import { generateProgram, valueNames } from './generate-program.ts';
import { type Plan, type RulePlan, type StreamPlan, type TablePlan, tellsAbsence, type WindowPlan } from './plan.ts';
import { sequencePlan } from './sequence-plan.ts';
import { approximable, slotsOf } from './slots.ts';
import { groupKeyHoldsPartitionKey, passesOn, resultStreams, sourcesOf, streamsWithRows } from './sources.ts';

export interface CompiledText {
  readonly plan: Plan;
  /** The body of a function of `$`, `$re`, `$validators` and `$tables` that returns the program. */
  readonly program: string;
}

export function compilePlan(definition: PipelineDefinition): CompiledText {
  const rules = definition.rules.filter((rule) => rule.mode !== 'off');
  const groupings: string[] = [];
  const plans = rules.map((rule) => rulePlan(definition, rule, groupings));
  const counted = new Set(plans.flatMap(({ window, sources }) => (window === undefined ? [] : sources)));
  const withRows = streamsWithRows(definition);
  const declared = definition.streams.map(
    ({ name, outOfOrderness, clockSkew, idleAfter, dedupeWithin, eventId }): StreamPlan => ({
      name,
      outOfOrderness,
      clockSkew,
      idleAfter,
      dedupeWithin: eventId !== undefined && counted.has(name) ? dedupeWithin : (0 as Millis),
      ...(withRows.has(name) && { meetsRows: true }),
    }),
  );
  const results = resultStreams(definition).map(
    ({ name }): StreamPlan => ({
      name,
      resultsOf: plans.flatMap(({ into }, index) => (into === name ? [index] : [])),
      ...resultTimes,
      dedupeWithin: counted.has(name) ? resultTimes.dedupeWithin : (0 as Millis),
      ...(withRows.has(name) && { meetsRows: true }),
    }),
  );
  const plan: Plan = {
    format: 1,
    pipeline: definition.name,
    timezone: definition.timezone,
    streams: [...declared, ...results],
    ...(definition.tables.length > 0 && { tables: definition.tables.map((table) => tablePlan(definition, table)) }),
    rules: plans,
  };
  return { plan, program: generateProgram(definition, rules) };
}

function tablePlan(definition: PipelineDefinition, table: TableDefinition): TablePlan {
  const { name } = table;
  if (!isOfStream(table)) return { name, rows: table.rows };
  return { name, fingerprint: tableFingerprint(definition, table), keep: table.keep };
}

/**
 * Of a stream of results. Their times say nothing of how far it is and are not compared with any clock, and a silent
 * shard is not idle: watermarks in the stream say that. Panes keep the ids of results for as long as they take any in; beside
 * that they are remembered for what comes on another shard after a resharding.
 */
const resultTimes: Omit<StreamPlan, 'name'> = {
  outOfOrderness: 0 as Millis,
  clockSkew: 0 as Millis,
  idleAfter: 0 as Millis,
  dedupeWithin: 600_000 as Millis,
};

function rulePlan(definition: PipelineDefinition, rule: RuleDefinition, groupings: string[]): RulePlan {
  // The key of a join is not one expression for all of its events.
  const keys = rule.window?.kind === 'join' ? rule.window.on : rule.groupBy.map(({ expression }) => expression);
  const grouping = JSON.stringify([rule.window?.kind === 'join', ...keys.map(({ node }) => canonical(node))]);
  if (!groupings.includes(grouping)) groupings.push(grouping);
  const sources = sourcesOf(definition, rule.from);
  const cooldown = rule.alert?.cooldown ?? (0 as Millis);
  const instant = rule.window === undefined && cooldown > 0;
  const window: WindowPlan | undefined = instant ? { kind: 'instant' } : rule.window && windowPlan(rule, rule.window);
  const mayBeNear = approximable(rule.aggregate);
  // Where alerts join that advance-time tells of, what an event means for them follows from all panes and records alone.
  const joinsAbsences = cooldown > 0 && tellsAbsence(window);
  const writer = groupKeyHoldsPartitionKey(definition, rule) && !joinsAbsences ? 'key' : 'shard';
  return {
    name: rule.name,
    fingerprint: fingerprint(definition, rule),
    live: rule.mode === 'live',
    sources: sources.map(({ name }) => name),
    groupNames: rule.groupBy.map(({ name }) => name),
    grouping: groupings.indexOf(grouping),
    window,
    accumulators: instant ? [{ kind: 'newest' }] : slotsOf(rule.aggregate).list.map(({ plan }) => plan),
    aggregateNames: valueNames(rule),
    ...(mayBeNear.length > 0 && { approximable: mayBeNear }),
    emit: rule.emit,
    ...resultStream(rule),
    ...(passesOn(rule) && { passesOn: true }),
    ...(rule.having !== undefined && {
      having: shortHash(JSON.stringify(meaning(definition, rule.having))).slice(0, 8),
    }),
    fewest: fewestEvents(rule, definition.params),
    growing: staysTrue(rule),
    evidence: Math.min(rule.alert?.evidence ?? 0, rule.distinct ? 1 : Number.POSITIVE_INFINITY),
    cooldown,
    limit: rule.alert?.limit ?? defaultLimit,
    allowedLateness: Math.max(0, ...sources.map(({ allowedLateness }) => allowedLateness)) as Millis,
    writer,
    // What is told as the watermark passes is told by advance-time: no shard knows of it from memory.
    cacheable: writer === 'key' && sources.length === 1 && !tellsAbsence(window),
  };
}

function resultStream({ window, into, emit }: RuleDefinition): Pick<RulePlan, 'into' | 'revisesInto'> {
  if (window === undefined || into === undefined) return {};
  return emit === 'final' ? { into } : { revisesInto: into };
}

function windowPlan({ distinct }: RuleDefinition, window: WindowDefinition): WindowPlan {
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'sliding':
    case 'before':
    case 'last':
    case 'calendar':
    case 'session':
      return window;
    case 'sequence':
      return sequencePlan(window);
    case 'join':
      return joinPlan(window);
    case 'until':
      return { kind: 'until', max: window.max, ...(distinct?.keep === 'first' && { shows: 'first' }) };
  }
}
