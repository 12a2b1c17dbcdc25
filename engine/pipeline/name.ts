/** What a user may call things. */
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';

/** Names that an expression has already, and the words that CEL keeps for itself. */
const reserved: ReadonlySet<string> = new Set([
  ...['event', 'meta', 'params', 'tables', 'window', 'windowStart', 'windowEnd'],
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
  ...['type', 'int', 'uint', 'double', 'string', 'bytes', 'bool', 'list', 'map', 'dyn', 'null_type', '__proto__'],
]);

export const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const resourcePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Checks a name that expressions use: groups, aggregates, outputs, parameters. */
export function checkIdentifier(report: FaultReport, entry: Entry): boolean {
  const { name, code, key } = entry;
  if (reserved.has(name)) {
    report.error(`${code}.reserved-name`, key, `'${name}' is a name that expressions have already`, {
      allowed: `another name, for example '${name}_'`,
    });
    return false;
  }
  if (identifierPattern.test(name)) return true;
  const meant = name.replace(/[^A-Za-z0-9_]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  report.error(`${code}.bad-name`, key, `'${name}' is no name for an expression to use`, {
    allowed: "letters, digits and '_', not beginning with a digit",
    rewritten: /^[A-Za-z_]/.test(meant) && !reserved.has(meant) ? report.source.withReplaced(key, meant) : undefined,
  });
  return false;
}

/** Checks the name of a pipeline, stream or rule: resources in AWS are named after it. */
export function checkResourceName(
  report: FaultReport,
  { name, code, range }: Pick<Entry, 'name' | 'code' | 'range'>,
): boolean {
  if (resourcePattern.test(name)) return true;
  const meant = name
    .trim()
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 64);
  report.error(`${code}.bad-name`, range, name === '' ? 'this name is empty' : `'${name}' is no name for this`, {
    allowed: "letters, digits, '-' and '_', beginning with a letter, at most 64",
    rewritten: /^[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]$/.test(meant) ? report.source.withReplaced(range, meant) : undefined,
  });
  return false;
}
