/** `params`: values that expressions use by name and that a deployment or the command line may set. */
import { isScalar } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { ParamValue } from './definition.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf } from './fields.ts';
import { checkIdentifier } from './name.ts';
import { nearestName } from '../expression/nearest-name.ts';
import { listed } from './listed.ts';

/** The parameters with the overrides applied; one whose value is at fault keeps its default, so that its name is known. */
export function readParams(
  report: FaultReport,
  entry: Entry | undefined,
  overrides: Readonly<Record<string, string>>,
  whole: SourceRange,
): Map<string, ParamValue> {
  const params = new Map<string, ParamValue>();
  const entries =
    (entry && entriesOf(report, entry, 'param', "a map of names to values, such as 'highValue: 500'")) ?? [];
  for (const param of entries) {
    if (!checkIdentifier(report, param)) continue;
    const value = isScalar(param.value) ? param.value.value : undefined;
    if (typeof value === 'number' && !isExact(value)) {
      report.error('param.number', param.range, `'${param.name}' is a number that cannot be kept exactly`, {
        allowed: 'integers up to 2^53, and decimals',
      });
      params.set(param.name, 0);
    } else if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      params.set(
        param.name,
        overridden(report, param, value, Object.hasOwn(overrides, param.name) ? overrides[param.name] : undefined),
      );
    } else
      report.error('param.value', param.range, `'${param.name}' has no value that a parameter can have`, {
        allowed: 'a number, a text, or true or false',
      });
  }
  for (const name of Object.keys(overrides)) {
    if (entries.some((param) => param.name === name)) continue;
    const meant = nearestName(name, params.keys());
    report.error(
      'param.unknown',
      entry?.key ?? whole,
      `the parameter '${name}' was given, but the file has none of that name${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      {
        allowed: params.size === 0 ? 'the file has no parameters' : listed(params.keys()),
      },
    );
  }
  return params;
}

function overridden(report: FaultReport, param: Entry, value: ParamValue, override: string | undefined): ParamValue {
  if (override === undefined || typeof value === 'string') return override ?? value;
  if (typeof value === 'boolean' && (override === 'true' || override === 'false')) return override === 'true';
  const number = override.trim() === '' ? Number.NaN : Number(override);
  if (typeof value === 'number' && isExact(number)) return number;
  const kind = typeof value === 'boolean' ? 'true or false' : 'a number';
  report.error('param.type', param.range, `the parameter '${param.name}' was given as '${override}'`, {
    allowed: `${kind}, as its default is`,
  });
  return value;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
