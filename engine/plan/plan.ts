/**
 * A compiled pipeline as data: all that a function needs besides the generated program. It is JSON, so the bundle
 * holds it as it is and needs neither YAML nor CEL parser.
 */
import type { AccumulatorPlan } from '../aggregate/accumulator.ts';
import type { AlertLimit, Emit, TableRow, WindowDefinition } from '../pipeline/definition.ts';
import type { Millis } from '../time.ts';
import type { JoinPlan } from './join-plan.ts';
import { hasAbsence, type SequencePlan } from './sequence-plan.ts';

export interface Plan {
  /** Version of this form and of the state it writes. */
  readonly format: 1;
  readonly pipeline: string;
  readonly timezone: string;
  readonly streams: readonly StreamPlan[];
  /** The program names them by their position here; absent where there are none. */
  readonly tables?: readonly TablePlan[];
  /** Rules that are not `off`, in file order; the program names them by their position here. */
  readonly rules: readonly RulePlan[];
}

/** A stream in Kinesis: one that the pipeline declares, or one of results that rules make. */
export interface StreamPlan {
  readonly name: string;
  /** The rules whose final results are its events, by position; absent where it is declared. */
  readonly resultsOf?: readonly number[];
  readonly outOfOrderness: Millis;
  readonly clockSkew: Millis;
  /** A shard that is silent for longer and read to its tip holds no watermark. */
  readonly idleAfter: Millis;
  /** How long the ids of events are remembered; 0 where no rule counts events by an id. */
  readonly dedupeWithin: Millis;
  /** True where its events, or what rules make of them, are rows of tables or look such rows up; else absent. */
  readonly meetsRows?: boolean;
}

export type TablePlan = FileTablePlan | StreamTablePlan;

export interface FileTablePlan {
  readonly name: string;
  readonly rows: readonly TableRow[];
}

/** A table whose rows are events. */
export interface StreamTablePlan {
  readonly name: string;
  /** Names its values: what changes it changes what earlier ones mean. */
  readonly fingerprint: string;
  /** How long a value is kept after another has taken its place. */
  readonly keep: Millis;
}

/**
 * A window without its expressions: what they give stands in the arguments of each event. `instant`: each event is a
 * window of its own, for stateless alerts that are joined by `cooldown`.
 */
export type WindowPlan =
  | Exclude<WindowDefinition, { readonly kind: 'until' | 'sequence' | 'join' }>
  | { readonly kind: 'until'; readonly max: Millis; readonly shows?: 'first' }
  | SequencePlan
  | JoinPlan
  | { readonly kind: 'instant' };

export interface RulePlan {
  readonly name: string;
  /** Names the state: what changes it changes what earlier state means. */
  readonly fingerprint: string;
  readonly live: boolean;
  /** The streams in Kinesis that the rule's events come from, those derived within a record traced back. */
  readonly sources: readonly string[];
  readonly groupNames: readonly string[];
  /** Rules with the same group key have the same number, and share one record per key in memory. */
  readonly grouping: number;
  /** Absent for a stateless rule. */
  readonly window?: WindowPlan | undefined;
  readonly accumulators: readonly AccumulatorPlan[];
  /** The names of what is told of a window: of `select`, where the rule has one, else of aggregates or steps. */
  readonly aggregateNames: readonly string[];
  /** Aggregates that may be approximate, each with the accumulators that make them so; absent where there are none. */
  readonly approximable?: readonly (readonly [name: string, accumulators: readonly number[]])[];
  readonly emit: Emit;
  /** The derived stream that its final results go into, */
  readonly into?: string;
  /** or that every revision of its results goes into; both are absent where it has alerts. */
  readonly revisesInto?: string;
  /** Present where those are events as they are, each the value of its one aggregate. */
  readonly passesOn?: true;
  /** Names the rule's `having`; absent where it has none. It may change while the state goes on. */
  readonly having?: string;
  /** How many events a window needs at least for `having` to be true of it; 0 where that is not known. */
  readonly fewest: number;
  /** True where further events never make a window false. */
  readonly growing: boolean;
  readonly evidence: number;
  readonly cooldown: Millis;
  /** Of messages; what a rule without an alert never comes to. */
  readonly limit: AlertLimit;
  /** The largest of its sources'. */
  readonly allowedLateness: Millis;
  /**
   * `key`: one item a pane, because the group key holds the partition key, so one shard at a time owns it. `shard`:
   * every shard keeps a pane of its own, and readers merge.
   */
  readonly writer: 'key' | 'shard';
  /** True where only one stream writes a pane, so that its owner may trust its memory. */
  readonly cacheable: boolean;
}

/** How long each table keeps what another value has taken the place of; nothing where it is of a file. */
export function keepsOf({ tables = [] }: Pick<Plan, 'tables'>): readonly Millis[] {
  return tables.map((table) => ('keep' in table ? table.keep : (0 as Millis)));
}

/** True where what did not come makes a window true: then the watermark says so, and no event. */
export function tellsAbsence(window: WindowPlan | undefined): boolean {
  if (window?.kind === 'sequence') return hasAbsence(window);
  return window?.kind === 'join' && window.alone.includes(true);
}

/** True where results tell of events, as soon as no other can take their place; others of what a stretch of time holds. */
export function tellsOfEvents(window: WindowPlan): boolean {
  return window.kind === 'sequence' || window.kind === 'join' || (window.kind === 'until' && window.shows === 'first');
}
