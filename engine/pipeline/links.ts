/** What rules and streams have to do with each other: checks that need the whole file. */
import { nearestName } from '../expression/nearest-name.ts';
import { reads } from '../expression/tree.ts';
import { expressionsOf } from '../plan/sources.ts';
import { checkChangingKeys } from './changing-keys.ts';
import { checkEventFields } from './event-fields.ts';
import { anyShape, type EventShape, schemaShape } from './event-shape.ts';
import type { FaultReport } from './fault-report.ts';
import { listed } from './listed.ts';
import type { RuleReading } from './rule.ts';
import type { StreamReading } from './stream.ts';
import type { TableSource } from './stream-table.ts';
import type { TableReading } from './table.ts';

export function checkLinks(
  report: FaultReport,
  streams: readonly StreamReading[],
  tables: readonly TableReading[],
  rules: readonly RuleReading[],
): void {
  const sources = tables.flatMap(({ source }) => source ?? []);
  const declared = new Set(streams.map(({ name }) => name));
  const derived = new Set(rules.flatMap(({ into }) => (into ? [into.name] : [])));
  const known = new Set([...declared, ...derived]);
  checkStreamNames(report, 'table.from', sources, known);
  checkStreamNames(report, 'rule.from', rules, known);
  for (const { into } of rules) {
    if (into && declared.has(into.name))
      report.error('rule.into.declared', into.range, `'${into.name}' is a stream of the file already`, {
        allowed: 'a new name for the derived stream',
      });
  }
  const looking = withTables(rules, tables);
  if (reportCycles(report, looking, declared)) return;
  checkRevisions(report, rules);
  checkShadows(report, looking);
  checkRowsOfResults(report, sources, rules);
  checkChangingKeys(report, tables, rules);
  checkFields(report, streams, sources, rules);
  adviseEventIds(report, streams, rules);
}

function checkStreamNames(
  report: FaultReport,
  code: string,
  readers: readonly Pick<RuleReading, 'from'>[],
  known: ReadonlySet<string>,
): void {
  for (const { name, range } of readers.flatMap(({ from }) => from)) {
    if (known.has(name)) continue;
    const meant = nearestName(name, known);
    report.error(
      `${code}.unknown-stream`,
      range,
      `there is no stream '${name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      {
        allowed: known.size === 0 ? "a stream under 'streams'" : listed(known),
        rewritten: meant && report.source.withReplaced(range, meant),
      },
    );
  }
}

/** Rules that read, too, the streams whose events are rows of the tables that they look up. */
function withTables(rules: readonly RuleReading[], tables: readonly TableReading[]): RuleReading[] {
  return rules.map((rule) => {
    const paths = rule.definition ? expressionsOf(rule.definition).flatMap(({ node }) => reads(node)) : [];
    const read = tables.filter(({ name }) => paths.some(([root, table]) => root === 'tables' && table === name));
    return { ...rule, from: [...rule.from, ...read.flatMap(({ source }) => source?.from ?? [])] };
  });
}

/** True where derived streams lead in a circle. */
function reportCycles(report: FaultReport, rules: readonly RuleReading[], declared: ReadonlySet<string>): boolean {
  let found = false;
  for (const rule of rules) {
    const { into } = rule;
    const circle = into && !declared.has(into.name) ? circleThrough(rule, into.name, rules) : undefined;
    if (circle === undefined) continue;
    found = true;
    report.error(
      'rule.into.cycle',
      into?.range ?? { start: 0, end: 0 },
      `the rule reads what it makes: ${circle.join(' → ')}`,
      { allowed: 'streams that do not lead back to their own rules' },
    );
  }
  return found;
}

/** The streams from what a rule makes to what it reads, and back; undefined where none lead there. */
function circleThrough(rule: RuleReading, start: string, rules: readonly RuleReading[]): string[] | undefined {
  const paths: string[][] = [[start]];
  const seen = new Set([start]);
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const stream = path.at(-1);
    if (rule.from.some(({ name }) => name === stream)) return [...path, start];
    for (const { from, into } of rules) {
      if (into === undefined || seen.has(into.name) || !from.some(({ name }) => name === stream)) continue;
      seen.add(into.name);
      paths.push([...path, into.name]);
    }
  }
  return undefined;
}

/** A result is told when its window is over and nothing can change it: after the events that would look it up. */
function checkRowsOfResults(report: FaultReport, sources: readonly TableSource[], rules: readonly RuleReading[]): void {
  const areResults = (stream: string): boolean =>
    rules.some(
      ({ into, isStateful, from }) =>
        into?.name === stream && (isStateful || from.some(({ name }) => areResults(name))),
    );
  for (const { name, range } of sources.flatMap(({ from }) => from)) {
    if (!areResults(name)) continue;
    const message = `'${name}' has results of windows: they are known after the events that would look them up have come`;
    report.error('table.from.results', range, message, {
      allowed: 'a stream of the file, or what rules without a window make of one',
    });
  }
}

/**
 * Who reads a derived stream would count a result again that is revised: such results are for readers outside, who take
 * the newest revision of each for what stands, and so have nothing else in their stream.
 */
function checkRevisions(report: FaultReport, rules: readonly RuleReading[]): void {
  const isRevised = ({ emit }: RuleReading): boolean => emit !== undefined && emit.says !== 'final';
  for (const rule of rules) {
    const { emit, into } = rule;
    if (emit === undefined || into === undefined || !isRevised(rule)) continue;
    const other = rules.find((one) => one.into?.name === into.name && !isRevised(one));
    if (other !== undefined)
      report.error(
        'rule.into.revised',
        into.range,
        `'${rule.name}' puts results that are revised into '${into.name}', and '${other.name}' what is told once`,
        { allowed: "a stream of its own, or one that only rules with 'emit: changes' or 'threshold' put results into" },
      );
    const reader = rules.find(({ from }) => from.some(({ name }) => name === into.name));
    if (reader === undefined) continue;
    report.error(
      'rule.emit.not-final',
      emit.range,
      `'${reader.name}' reads '${into.name}', and would count results again that are told again`,
      { allowed: "'emit: final', or no 'emit': each result goes into the stream once, when nothing can change it" },
    );
  }
}

/** What a rule in shadow makes is told to nobody, and so decides over nothing that people are told. */
function checkShadows(report: FaultReport, rules: readonly RuleReading[]): void {
  for (const { name: reader, from, definition } of rules) {
    if (definition?.mode !== 'live') continue;
    for (const { name: stream, range } of from) {
      const maker = rules.find((one) => one.into?.name === stream && one.definition?.mode === 'shadow');
      if (maker === undefined) continue;
      report.error(
        'rule.from.shadow',
        range,
        `'${reader}' is live and depends on '${stream}', into which '${maker.name}' puts events in shadow`,
        { allowed: `'mode: shadow' for '${reader}' too, 'mode: live' for both, or another 'into' for '${maker.name}'` },
      );
    }
  }
}

function checkFields(
  report: FaultReport,
  streams: readonly StreamReading[],
  sources: readonly TableSource[],
  rules: readonly RuleReading[],
): void {
  const shapes = new Map(streams.map(({ name, schema }) => [name, schemaShape(schema)]));
  const expressions = [...report.expressions];
  const check = (scopes: readonly unknown[], shape: EventShape | undefined, names: readonly string[]) => {
    if (shape === undefined) return;
    for (const read of expressions) if (scopes.includes(read.scope)) checkEventFields(report, read, shape, names);
  };
  for (const { name, scope } of streams) check([scope], shapes.get(name), [name]);
  const shapeOf = (stream: string): EventShape | undefined => {
    if (shapes.has(stream)) return shapes.get(stream);
    return anyShape(rules.filter(({ into }) => into?.name === stream).map(outputShape));
  };
  const outputShape = ({ selected, passesOn, from }: RuleReading): EventShape | undefined => {
    if (selected) return new Map(selected.map((name) => [name, undefined]));
    return passesOn ? anyShape(from.map(({ name }) => shapeOf(name))) : undefined;
  };
  const ofTables = sources.map(({ scope, from }) => ({ scope, from: from.map(({ name }) => name) }));
  for (const { scope, from } of [...ofTables, ...rules.flatMap(({ eventScopes }) => eventScopes)])
    check([scope], anyShape(from.map(shapeOf)), from);
}

/** A retry of a producer would count twice where a rule keeps state of events without ids. */
function adviseEventIds(report: FaultReport, streams: readonly StreamReading[], rules: readonly RuleReading[]): void {
  const sources = ({ from }: RuleReading): string[] =>
    from.flatMap(({ name }) => [name, ...rules.filter(({ into }) => into?.name === name).flatMap(sources)]);
  for (const { name, key, hasEventId } of streams) {
    const reader = rules.find((rule) => rule.isStateful && sources(rule).includes(name));
    if (hasEventId || reader === undefined) continue;
    report.advice(
      'stream.eventId.advised',
      key,
      `the stream '${name}' has no 'eventId': its events are named by their place in a shard, so '${reader.name}' names them otherwise in a backtest than deployed`,
      { allowed: 'for example: eventId: event.id' },
    );
  }
}
