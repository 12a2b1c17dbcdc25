/** A value that is one of a few words. */
import { isScalar } from 'yaml';
import { nearestName } from '../expression/nearest-name.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { listed } from './listed.ts';

export function readChoice<T extends string>(report: FaultReport, entry: Entry, choices: readonly T[]): T | undefined {
  const given = isScalar(entry.value) ? (entry.value.source ?? String(entry.value.value)) : undefined;
  const choice = choices.find((one) => one === given);
  if (choice !== undefined) return choice;
  const meant = given === undefined ? undefined : nearestName(given, choices);
  report.error(`${entry.code}.value`, entry.range, `'${entry.name}' cannot be '${given ?? ''}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`, {
    allowed: listed(choices),
    rewritten: meant && isScalar(entry.value) && given !== '' ? report.source.withReplaced(entry.range, meant) : undefined,
  });
  return undefined;
}
