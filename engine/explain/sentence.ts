/** What a rule asks and says, in one English sentence. */
import type { Expression, Text } from '../expression/expression.ts';
import { formatDuration } from '../pipeline/duration.ts';
import type { RuleDefinition, WindowDefinition } from '../pipeline/definition.ts';
import type { Millis } from '../time.ts';

export function sentence(rule: RuleDefinition): string {
  const events = `${rule.from.join(' or ')}${rule.where === undefined ? '' : ` where ${oneLine(rule.where)}`}`;
  return `${rule.window === undefined ? stateless(rule, events) : windowed(rule, rule.window, events)}${modeOf(rule)}.`;
}

function stateless({ into, select, alert, groupBy }: RuleDefinition, events: string): string {
  if (into !== undefined)
    return `Each event of ${events} goes into the stream ${into}${select === undefined ? ' as it is' : ` as ${select.map(({ name }) => name).join(', ')}`}`;
  const joined = alert === undefined || alert.cooldown === 0 ? '' : joinedBy(alert.cooldown, named(groupBy));
  return `Each event of ${events} raises ${alertOf(alert)}${joined}`;
}

function windowed(rule: RuleDefinition, window: WindowDefinition, events: string): string {
  const { groupBy, aggregate, having, emit, alert } = rule;
  const per = groupBy.length === 0 ? '' : `, for each ${named(groupBy)}`;
  const computes = aggregate.map(({ name, expression }) => `${name} = ${oneLine(expression)}`).join(', ');
  const when = having === undefined ? 'for every window' : `when ${oneLine(having)}`;
  const joined =
    alert === undefined || alert.cooldown === 0 || emit === 'final' ? '' : joinedBy(alert.cooldown, named(groupBy));
  return `Over events of ${events}${per} ${windowPhrase(window)}, it computes ${computes}, and raises ${alertOf(alert)} ${when}, ${speaks[emit]}${joined}`;
}

const speaks = {
  threshold: 'as soon as it is so',
  changes: 'with every change',
  final: 'once the window and its allowed lateness are over',
} as const;

function windowPhrase(window: WindowDefinition): string {
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

function joinedBy(cooldown: Millis, key: string): string {
  return `; those ${key === '' ? '' : `of one ${key} `}at most ${formatDuration(cooldown)} apart are one alert`;
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
