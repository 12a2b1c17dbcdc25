/** A value that is one of a few words. */
import { nearestName } from '../expression/nearest-name.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { listed } from './listed.ts';
import { written } from './yaml-node.ts';

export function readChoice<T extends string>(report: FaultReport, entry: Entry, choices: readonly T[]): T | undefined {
  const given = written(entry.value);
  const choice = choices.find((one) => one === given);
  if (choice !== undefined) return choice;
  const meant = given === undefined ? undefined : nearestName(given, choices);
  report.error(
    `${entry.code}.value`,
    entry.range,
    `'${entry.name}' ${given === undefined ? 'has no such value' : `cannot be '${given}'`}${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
    {
      allowed: listed(choices),
      rewritten: meant && report.source.withReplaced(entry.range, meant),
    },
  );
  return undefined;
}
