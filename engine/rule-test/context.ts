/** What the parts of a test file are read against. */
import { nearestName } from '../expression/nearest-name.ts';
import type { SourceRange } from '../expression/expression.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import type { FaultReport } from '../pipeline/fault-report.ts';
import { listed } from '../pipeline/listed.ts';
import type { EpochMillis } from '../time.ts';

export interface Context {
  readonly report: FaultReport;
  readonly pipeline: PipelineDefinition;
  /** What times count from. */
  readonly start: EpochMillis;
}

/** Reports a name that is none of those it may be, with the one that was most likely meant. */
export function reportUnknownName(
  { report }: Context,
  given: { readonly code: string; readonly what: string; readonly name: string; readonly range: SourceRange },
  known: readonly string[],
): void {
  const meant = nearestName(given.name, known);
  report.error(
    given.code,
    given.range,
    `the pipeline has no ${given.what} '${given.name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
    { allowed: listed(known), rewritten: meant && report.source.withReplaced(given.range, meant) },
  );
}
