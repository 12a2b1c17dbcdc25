/** How long windows are: the forms that a length or a number of events makes. */
import { isScalar } from 'yaml';
import type { Scope } from '../expression/expression.ts';
import type { Millis } from '../time.ts';
import type { WindowDefinition } from './definition.ts';
import { type DurationBounds, formatDuration, readDuration } from './duration.ts';
import { readExpression } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { written } from './yaml-node.ts';

/** Shorter windows would be a pane for every event; longer ones outlive what Kinesis can replay. */
export const sizes: DurationBounds = { atLeast: 1_000 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.
/** Panes that one window is put together from. */
export const mostPanes = 1_500;
/** Events that a window counts by their number: each is looked at for every event. */
const mostLast = 1_000;
const defaultMax = 86_400_000 as Millis; // Branding.

/** The parts beside the one that names the form, where they are given. */
export type WindowParts = { readonly [name in 'offset' | 'every' | 'max' | 'within']?: Entry };

export function readTumblingWindow(
  report: FaultReport,
  tumbling: Entry,
  { offset: shift }: WindowParts,
): WindowDefinition | undefined {
  const size = readDuration(report, tumbling, sizes);
  const offset = shift ? readDuration(report, shift, { atLeast: 0 as Millis, atMost: sizes.atMost }) : (0 as Millis); // Branding.
  if (size === undefined || offset === undefined) return undefined;
  if (offset < size) return { kind: 'tumbling', size, offset };
  report.error(
    'rule.window.offset.out-of-range',
    shift?.range ?? tumbling.range,
    'the offset is as long as the window or longer',
    { allowed: `less than ${formatDuration(size)}` },
  );
  return undefined;
}

export function readHoppingWindow(
  report: FaultReport,
  hopping: Entry,
  { every: step }: WindowParts,
): WindowDefinition | undefined {
  const size = readDuration(report, hopping, sizes);
  const every = step && readDuration(report, step, sizes);
  if (size === undefined || step === undefined || every === undefined) return undefined;
  if (every > size) {
    report.error(
      `${step.code}.out-of-range`,
      step.range,
      `'every' is ${written(step.value)}, longer than the window: what happens between two windows would be in none`,
      { allowed: `at most ${formatDuration(size)}` },
    );
    return undefined;
  }
  const pane = commonDivisor(size, every);
  if (size / pane <= mostPanes) return { kind: 'hopping', size, every };
  report.error(
    `${step.code}.too-many-panes`,
    step.range,
    `a window would be put together from ${size / pane} panes of ${formatDuration(pane)}, the longest that ${formatDuration(size)} and ${formatDuration(every)} are multiples of`,
    { allowed: `at most ${mostPanes} panes; a longer 'every' that the size is a multiple of` },
  );
  return undefined;
}

function commonDivisor(a: number, b: number): Millis {
  return (b === 0 ? a : commonDivisor(b, a % b)) as Millis; // Branding.
}

export function readSessionWindow(
  report: FaultReport,
  session: Entry,
  { max: longest }: WindowParts,
): WindowDefinition | undefined {
  const gap = readDuration(report, session, sizes);
  const max = longest ? readDuration(report, longest, sizes) : defaultMax;
  if (gap === undefined || max === undefined) return undefined;
  if (max >= gap) return { kind: 'session', gap, max };
  if (longest === undefined)
    report.error(
      'rule.window.max.missing',
      session.key,
      `a session ends after ${formatDuration(defaultMax)} unless 'max' says otherwise, and this gap is longer`,
      { allowed: `for example: session: ${formatDuration(gap)}, max: ${formatDuration(gap)}` },
    );
  else
    report.error(
      `${longest.code}.out-of-range`,
      longest.range,
      `'max' is ${written(longest.value)}, shorter than the gap`,
      { allowed: `at least ${formatDuration(gap)}` },
    );
  return undefined;
}

export function readLastWindow(
  report: FaultReport,
  last: Entry,
  { within: reach }: WindowParts,
): WindowDefinition | undefined {
  const within = reach && readDuration(report, reach, sizes);
  const count = isScalar(last.value) ? last.value.value : undefined;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= mostLast)
    return within === undefined ? undefined : { kind: 'last', count, within };
  const given = written(last.value) ?? '';
  const hint = /^\d+(ms|[smhd])/.test(given) ? "; for a length of time there is 'sliding'" : '';
  report.error(
    `${last.code}.value`,
    last.range,
    `'last' is how many events a window holds, and '${given}' is no such number${hint}`,
    { allowed: `a whole number from 1 to ${mostLast}` },
  );
  return undefined;
}

export function readUntilWindow(
  report: FaultReport,
  until: Entry,
  { max: longest }: WindowParts,
  scope: Scope,
): WindowDefinition | undefined {
  const end = readExpression(report, until, scope, {
    types: ['string', 'number', 'timestamp'],
    words: `the time when the window ends, of the event that opens it: an ISO 8601 text with its zone, epoch milliseconds, or a timestamp, such as timestamp(event.at) + duration("30m")`,
  });
  const max = longest && readDuration(report, longest, sizes);
  return end === undefined || max === undefined ? undefined : { kind: 'until', until: end, max };
}
