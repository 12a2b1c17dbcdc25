/** What a rule asks and says, in one English sentence. */
import type { Expression, Text } from '../expression/expression.ts';
import { formatDuration } from '../pipeline/duration.ts';
import type {
  DistinctDefinition,
  JoinDefinition,
  RuleDefinition,
  SequenceDefinition,
  WindowDefinition,
} from '../pipeline/definition.ts';
import { numbered } from '../plan/sequence-plan.ts';
import { sequencePhrase } from './sequence-sentence.ts';

export function sentence(rule: RuleDefinition): string {
  const events = `${rule.from.join(' or ')}${rule.where === undefined ? '' : ` where ${oneLine(rule.where)}`}`;
  return `${rule.window === undefined ? stateless(rule, events) : windowed(rule, rule.window, events)}${modeOf(rule)}.`;
}

function stateless(rule: RuleDefinition, events: string): string {
  const { into, select, alert } = rule;
  if (into !== undefined)
    return `Each event of ${events} goes into the stream ${into}${select === undefined ? ' as it is' : ` as ${select.map(({ name }) => name).join(', ')}`}`;
  return `Each event of ${events} raises ${alertOf(alert)}${joinedBy(rule)}`;
}

function sequential(rule: RuleDefinition, sequence: SequenceDefinition): string {
  const { groupBy, having, into } = rule;
  const per = groupBy.length === 0 ? '' : `For each ${named(groupBy)}: `;
  const when = having === undefined ? '' : ` when ${oneLine(having)}`;
  const waits = numbered(sequence.parts).some(({ kind }) => kind === 'not');
  const told = waits ? 'once the watermark has passed its end' : 'as soon as its last event has come';
  const at = into === undefined ? told : onceFinal;
  return `${per}${sequencePhrase(sequence, oneLine)}, ${tells(rule)}${when}, ${at}${joinedBy(rule)}`;
}

function pairwise(rule: RuleDefinition, { type, before, after, parts, on }: JoinDefinition): string {
  const [left, right] = parts.map(({ name, from, where }, side) => {
    const events = `${from.join(' or ')}${where === undefined ? '' : ` where ${oneLine(where)}`}`;
    return `${name} (${events}, by ${on[side] === undefined ? '' : oneLine(on[side])})`;
  });
  const apart =
    before === after
      ? `at most ${formatDuration(before)} apart`
      : `${parts[1].name} from ${formatDuration(before)} before to ${formatDuration(after)} after ${parts[0].name}`;
  const alone = { inner: [], left: [parts[0]], right: [parts[1]], full: parts }[type].map(({ name }) => name);
  const others =
    alone.length === 0 ? '' : `, and each ${alone.join(' or ')} that has none, once the watermark has passed its time`;
  const when = rule.having === undefined ? '' : ` when ${oneLine(rule.having)}`;
  const at = rule.into === undefined ? '' : `, ${onceFinal}`;
  return `Each ${left} with each ${right} of the same key, ${apart}${others}, ${tells(rule)}${when}${at}${joinedBy(rule)}`;
}

function distinct(rule: RuleDefinition, { within, keep }: DistinctDefinition, events: string): string {
  const { groupBy, into, select } = rule;
  const which = `Of events of ${events} with the same ${named(groupBy)}, the ${keep} within ${formatDuration(within)}`;
  if (into !== undefined && select === undefined) return `${which} goes into the stream ${into} as it is, ${onceFinal}`;
  if (into !== undefined) return `${which} ${tells(rule)}, ${onceFinal}`;
  const when = keep === 'first' ? 'as soon as it has come' : 'once that and the allowed lateness are over';
  return `${which} ${tells(rule)}, ${when}${joinedBy(rule)}`;
}

function windowed(rule: RuleDefinition, window: WindowDefinition, events: string): string {
  if (window.kind === 'sequence') return sequential(rule, window);
  if (window.kind === 'join') return pairwise(rule, window);
  if (rule.distinct !== undefined) return distinct(rule, rule.distinct, events);
  const { groupBy, aggregate, having, emit, into } = rule;
  const per = groupBy.length === 0 ? '' : `, for each ${named(groupBy)}`;
  const computes = aggregate.map(({ name, expression }) => `${name} = ${oneLine(expression)}`).join(', ');
  const when = having === undefined ? 'for every window' : `when ${oneLine(having)}`;
  return `Over events of ${events}${per} ${windowPhrase(window)}, it computes ${computes}, and ${tells(rule)} ${when}, ${into === undefined || emit === 'final' ? speaks[emit] : revised}${emit === 'final' ? '' : joinedBy(rule)}`;
}

const revised = 'with every change, as a revision';
const onceFinal = 'once no event that may still come can change it';

function tells({ into, select = [], alert }: RuleDefinition): string {
  return into === undefined ? `raises ${alertOf(alert)}` : `puts ${named(select)} into the stream ${into}`;
}

const speaks = {
  threshold: 'as soon as it is so',
  changes: 'with every change',
  final: 'once the window and its allowed lateness are over',
} as const;

function windowPhrase(window: Exclude<WindowDefinition, { kind: 'sequence' | 'join' }>): string {
  switch (window.kind) {
    case 'tumbling':
      return `in windows of ${formatDuration(window.size)}`;
    case 'hopping':
      return `in windows of ${formatDuration(window.size)} that begin every ${formatDuration(window.every)}`;
    case 'sliding':
      return `within any ${formatDuration(window.size)}`;
    case 'calendar':
      return `in each ${window.unit} of ${window.timezone}${window.every === undefined ? '' : `, so far, every ${formatDuration(window.every)}`}`;
    case 'before':
      return `in the ${formatDuration(window.size)} before each event`;
    case 'session':
      return `in sessions without a gap of more than ${formatDuration(window.gap)}, of at most ${formatDuration(window.max)}`;
    case 'last':
      return `in the last ${window.count === 1 ? 'event' : `${window.count} events`} at each, within ${formatDuration(window.within)}`;
    case 'until':
      return `in windows from an event until ${oneLine(window.until)}, of at most ${formatDuration(window.max)}`;
  }
}

function alertOf(alert: RuleDefinition['alert']): string {
  if (alert === undefined) return 'an alert';
  const { severity, title } = alert;
  return `an alert "${textOf(title)}"${typeof severity === 'string' ? ` (${severity})` : ''}`;
}

function textOf({ parts }: Text): string {
  return parts.map((part) => (typeof part === 'string' ? part : `{{ ${oneLine(part)} }}`)).join('');
}

function joinedBy({ alert, groupBy, window }: RuleDefinition): string {
  if (alert === undefined || alert.cooldown === 0) return '';
  const key = window?.kind === 'join' ? 'key' : named(groupBy);
  return `; those ${key === '' ? '' : `of one ${key} `}at most ${formatDuration(alert.cooldown)} apart are one alert`;
}

function named(list: RuleDefinition['groupBy']): string {
  return list.map(({ name }) => name).join(' and ');
}

function modeOf({ mode }: RuleDefinition): string {
  if (mode === 'live') return '';
  return mode === 'off' ? ' (it is off)' : ' (in shadow: it is recorded and told to nobody)';
}

function oneLine({ source }: Pick<Expression, 'source'>): string {
  return source.replaceAll(/\s+/g, ' ').trim();
}
