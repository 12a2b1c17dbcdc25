/** What a sequence asks, in words. */
import type { Expression } from '../expression/expression.ts';
import { formatDuration } from '../pipeline/duration.ts';
import type { SequenceDefinition, SequencePart, Times } from '../pipeline/definition.ts';

/** `oneLine` prints an expression. */
export function sequencePhrase(
  { parts, within, match, after }: SequenceDefinition,
  oneLine: (expression: Expression) => string,
): string {
  const phrase = (part: SequencePart): string => {
    if ('parts' in part)
      return `${part.kind === 'all' ? 'in any order ' : ''}${part.parts.map(phrase).join(part.kind === 'all' ? ' and ' : ' or ')}`;
    const events = `${part.from.join(' or ')}${part.where === undefined ? '' : ` where ${oneLine(part.where)}`}`;
    if (part.kind === 'step') return `${timesOf(part.times)}${part.name} (${events})`;
    const long =
      part.for !== undefined
        ? ` for ${formatDuration(part.for)}`
        : part.until === undefined
          ? ''
          : ` until ${oneLine(part.until)}`;
    return `nothing of ${events}${long}`;
  };
  const strictly = match === 'strict' ? ', with no other event between' : '';
  const next = after === 'next-event' ? '; each event that can begin a match may begin one' : '';
  return `${parts.map(phrase).join(', then ')}, within ${formatDuration(within)}${strictly}${next}`;
}

function timesOf(times: Times | undefined): string {
  if (times === undefined) return '';
  return times.least === times.most ? `${times.least} times ` : `${times.least} to ${times.most} times `;
}
