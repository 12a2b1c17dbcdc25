/** What handlers say: one line per invocation that is its metrics too. Events themselves are never logged. */
import type { Counted } from './metric-names.ts';

export interface Log {
  readonly done: (message: string, fields: object, counted?: Counted) => void;
  readonly problem: (text: string, counted?: Counted) => void;
  /** A predicate of a rule could not be evaluated so many times. */
  readonly expressionErrors?: (rule: string, count: number) => void;
}
