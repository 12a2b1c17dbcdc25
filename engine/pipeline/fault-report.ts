/** Gathers the faults of one file, and the expressions that were read, for the checks that need the whole file. */
import type { Expression, Scope, SourceRange } from '../expression/expression.ts';
import type { Fault } from '../fault.ts';
import type { Entry } from './fields.ts';
import type { SourceFile } from './source-file.ts';

/** What may stand at the fault's place, and the line as it should be written. */
export interface Remedy {
  readonly allowed?: string | undefined;
  readonly rewritten?: string | undefined;
}

/** An expression, or one of a text, with where it stands and what it may name. */
export interface ReadExpression {
  readonly entry: Entry;
  readonly expression: Expression;
  readonly scope: Scope;
}

export class FaultReport {
  readonly expressions: ReadExpression[] = [];

  constructor(
    readonly source: SourceFile,
    readonly faults: Fault[] = [],
  ) {}

  error(code: string, range: SourceRange, message: string, remedy: Remedy = {}): void {
    this.add('error', code, range, message, remedy);
  }

  advice(code: string, range: SourceRange, message: string, remedy: Remedy = {}): void {
    this.add('advice', code, range, message, remedy);
  }

  private add(
    severity: Fault['severity'],
    code: string,
    range: SourceRange,
    message: string,
    { allowed, rewritten }: Remedy,
  ): void {
    this.faults.push({
      code,
      severity,
      message: sentence(message),
      ...(allowed !== undefined && allowed !== '' && { allowed }),
      ...(rewritten !== undefined && { rewritten }),
      ...(this.source.name !== undefined && { file: this.source.name }),
      place: this.source.place(range),
    });
  }
}

/** Names of the language at its start keep their case. */
function sentence(message: string): string {
  const text = message.replace(
    /^(?:an?|the|there|this|each)\b/,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
