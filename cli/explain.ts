/** `weir explain`: what each rule asks, how it runs and what it costs; and what a deployment of another version does. */
import { assumptions, costOf, partitionWrites, prices, type ResultCost } from '../engine/explain/cost.ts';
import { differences } from '../engine/explain/difference.ts';
import { sentence } from '../engine/explain/sentence.ts';
import { isOfStream, type PipelineDefinition, type TableDefinition } from '../engine/pipeline/definition.ts';
import { compilePlan } from '../engine/plan/compile.ts';
import { type RulePlan, tellsAbsence, tellsOfEvents } from '../engine/plan/plan.ts';
import { expressionsOf, tablesRead } from '../engine/plan/sources.ts';
import { type Output, reportOf, terminal } from './check.ts';
import { loadPipelineFile } from './pipeline-file.ts';

export interface ExplainOptions {
  readonly pipeline: string;
  /** The file that `pipeline` is compared with; absent: it is explained. */
  readonly newer: string | undefined;
  /** Events a second. */
  readonly rate: number;
  readonly json: boolean;
  readonly param: Readonly<Record<string, string>>;
}

/** Runs the command and gives the exit code: 1 where a file has a fault. */
export function runExplain(options: ExplainOptions, output: Output = terminal): number {
  const { pipeline, newer, rate, json, param } = options;
  const definitions: PipelineDefinition[] = [];
  for (const path of newer === undefined ? [pipeline] : [pipeline, newer]) {
    const file = loadPipelineFile(path, param);
    if (file.definition === undefined) {
      output.error(file.unreadable === undefined ? reportOf(file, output.colour) : `weir explain: ${file.unreadable}`);
      return 1;
    }
    definitions.push(file.definition);
  }
  const [first, second] = definitions;
  if (first === undefined) return 1;
  output.out(second === undefined ? explained(first, rate, json) : compared(first, second, json));
  return 0;
}

function explained(definition: PipelineDefinition, rate: number, json: boolean): string {
  const { rules } = compilePlan(definition).plan;
  const all = definition.rules.map((rule) => {
    const plan = rules.find(({ name }) => name === rule.name);
    const tables = tablesRead(definition, expressionsOf(rule));
    return {
      rule: rule.name,
      sentence: sentence(rule),
      ...(plan !== undefined && { runs: runOf(plan, tables), cost: costOf(plan, rate) }),
    };
  });
  if (json) return JSON.stringify({ pipeline: definition.name, rate, prices, assumptions, rules: all }, undefined, 2);
  const lines = all.flatMap(({ rule, sentence: asks, runs, cost }) => [
    rule,
    `    ${asks}`,
    ...(runs === undefined ? [] : Object.entries(runs).map(([name, value]) => `    ${`${name}:`.padEnd(9)}${value}`)),
    ...(cost === undefined || cost.itemBytes === 0
      ? []
      : [
          `    writes:  ${cost.formula}: at most ${counted(cost.writesPerMillion)} write units per million events`,
          ...(cost.readsPerMillion > 0
            ? [`    reads:   at most ${counted(cost.readsPerMillion)} read units per million events`]
            : []),
          ...(cost.results === undefined ? [] : [`    results: ${resultsText(cost.results)}`]),
          `    dollars: at most ${cost.dollarsPerMonth.toFixed(2)} a month at ${counted(rate)} events/s`,
          `    hottest: a key with all events takes ${counted(Math.ceil(cost.hottestKey))} of the ${counted(partitionWrites)} write units/s that a partition takes`,
        ]),
    '',
  ]);
  return [
    ...lines,
    `Prices of DynamoDB on demand in ${prices.region}, ${prices.asOf}: $${prices.writes} a million writes of 1 KB, $${prices.reads} a million strong reads of 4 KB. Assumed:`,
    ...assumptions.map((one) => `  - ${one}`),
  ].join('\n');
}

function resultsText({ changesPerMillion, writesEach, recordsPerMillion }: ResultCost): string {
  const writes = `${counted(changesPerMillion * writesEach)} write units per million events`;
  const records = recordsPerMillion === 0 ? '' : `, and ${counted(recordsPerMillion)} records in their stream`;
  return `changes × ${writesEach}: at most ${writes}${records}`;
}

/** How a rule runs, in words. */
function runOf(plan: RulePlan, tables: readonly TableDefinition[]): Readonly<Record<string, string>> {
  const { groupNames, window, emit, fingerprint } = plan;
  const waits = tellsAbsence(window);
  const tablesText = tables.map((table) => `${table.name} (${rowsOf(table)})`);
  const reads = {
    reads: plan.sources.join(', '),
    ...(tables.length > 0 && { tables: tablesText.join(', ') }),
  };
  if (window === undefined) return { ...reads, state: 'none: each event is looked at by itself' };
  return {
    ...reads,
    key: groupNames.length === 0 ? '(all): one key for everything' : groupNames.join(', '),
    panes: panesOf(window),
    writer: writerOf(plan),
    timers:
      emit === 'final'
        ? `one a pane: ${tellsOfEvents(window) ? 'when one of its results is final' : 'its end and the allowed lateness'}`
        : waits
          ? 'one a pane: when something may be known not to have come'
          : 'none: it speaks when events come',
    state: `fingerprint ${fingerprint}`,
  };
}

function rowsOf(table: TableDefinition): string {
  if (isOfStream(table))
    return `events of ${table.from.join(', ')}; an item a key: a batch reads those that it looks up, at least 1 read unit each, and an event of ${table.from.join(', ')} reads and writes one, 1 write unit a KB of the rows of a key`;
  return `${counted(table.rows.length)} row${table.rows.length === 1 ? '' : 's'} in the function itself`;
}

const wholeWindow = 'a window each: accumulators and evidence';

function panesOf(window: NonNullable<RulePlan['window']>): string {
  switch (window.kind) {
    case 'hopping':
      return 'parts of windows, each in every window that holds it: accumulators and evidence';
    case 'calendar':
      if (window.every !== undefined) return 'steps of a period, merged up to each boundary: accumulators and evidence';
      return wholeWindow;
    case 'tumbling':
      return wholeWindow;
    case 'sliding':
    case 'before':
    case 'last':
    case 'session':
    case 'until':
    case 'sequence':
    case 'join':
    case 'instant':
      return 'logs of events, each as long as the window or the cooldown; one is closed at 4 KB and the next begins';
  }
}

function writerOf({ writer, cacheable, sources, window, cooldown }: RulePlan): string {
  if (cooldown > 0 && tellsAbsence(window))
    return 'one per shard, merged by readers: alerts join, and advance-time tells of what did not come';
  if (writer === 'shard')
    return 'one per shard, merged by readers: the key does not hold the partition key, so its events come on any shard';
  if (!cacheable && sources.length === 1)
    return 'one item, put by the shard that owns the key: the key holds the partition key; told by advance-time';
  return cacheable
    ? 'one: the key holds the partition key, so one shard at a time owns it and keeps it in memory'
    : 'one item, put by the shards of several streams: the key holds the partition key of each';
}

function compared(old: PipelineDefinition, next: PipelineDefinition, json: boolean): string {
  const all = differences(old, next);
  if (json) return JSON.stringify({ pipeline: next.name, rules: all }, undefined, 2);
  const width = Math.max(...all.map(({ rule }) => rule.length));
  return [
    ...all.map(
      ({ rule, fate, because, windows }) =>
        `${fate.padEnd(5)} ${rule.padEnd(width)}  ${because.length === 0 ? '' : `${because.join(', ')}: `}${windows}`,
    ),
    '',
    'No alert is told twice by it, and none withdrawn.',
  ].join('\n');
}

function counted(n: number): string {
  return n.toLocaleString('en');
}
