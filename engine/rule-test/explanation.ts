/**
 * Why nothing of a rule stands where a test expects it: the case is run again with the rule's `having` taken out, which
 * shows every window that the rule looked at.
 */
import type { AlertRecord } from '../alert/alert.ts';
import type { PipelineDefinition, RuleDefinition } from '../pipeline/definition.ts';
import { compileHere } from '../plan/compile-here.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { Millis } from '../time.ts';
import type { ExpectedAlert, TestCase } from './definition.ts';
import { alertDifferences } from './difference.ts';
import { type CaseRun, type Rejected, runCase } from './run.ts';
import { nearestOf } from './verdict.ts';

export interface Explanation {
  readonly rule: string;
  /** Events that were sent to the rule's streams. */
  readonly sent: number;
  /** Ids of those that the rule took, in the order of its evidence. */
  readonly taken: readonly string[];
  /** Predicates that failed on an event, and so did not match. */
  readonly predicateFailures: number;
  /** Events that were sent to the rule's streams, or made for it, and that it could not take. */
  readonly rejected: readonly Rejected[];
  /** What the rule said before it was silent. */
  readonly revisions: readonly AlertRecord[];
  /** The window that comes nearest to what is expected, as an alert of the rule without its `having`. */
  readonly window?: AlertRecord;
  readonly where?: string;
  readonly having?: string;
  /** True where the rule speaks of a window only when it is over for good. */
  readonly final: boolean;
}

/** Enough for what a person writes in a test. */
const mostEvidence = 10_000;

export function explain(
  pipeline: PipelineDefinition,
  testCase: TestCase,
  run: CaseRun,
  { expected, moment }: { readonly expected: ExpectedAlert; readonly moment: number },
): Explanation | undefined {
  const name = expected.rule ?? (testCase.rules?.length === 1 ? testCase.rules[0] : undefined);
  const rule = pipeline.rules.find((one) => one.name === name);
  if (rule === undefined) return undefined;
  const open = runCase(compileHere(withoutHaving(pipeline, rule)), testCase);
  const before = (revisions: CaseRun['revisions']): AlertRecord[] =>
    revisions.filter((revision) => revision.rule === rule.name && revision.moment <= moment);
  const windows = before(open.revisions).filter(({ status }) => status !== 'withdrawn');
  const { place, key, values } = expected;
  const window = nearestOf(
    { place, ...(key && { key }), ...(values && { values }) },
    windows.toReversed(),
    alertDifferences,
  )?.found;
  const streams = sourcesOf(pipeline, rule.from).map((source) => source.name);
  const index = pipeline.rules.filter(({ mode }) => mode !== 'off').indexOf(rule);
  return {
    rule: rule.name,
    sent: run.sent.filter((sent) => streams.includes(sent.stream) && sent.moment <= moment).length,
    taken: [...new Set(windows.flatMap(({ content }) => content.events.map(({ id }) => id)))],
    predicateFailures: run.predicateFailures[index] ?? 0,
    rejected: run.rejections.filter(
      (one) =>
        one.moment <= moment && (one.rule === undefined ? streams.includes(one.record.stream) : one.rule === rule.name),
    ),
    revisions: before(run.revisions),
    ...(window !== undefined && rule.window !== undefined && { window }),
    ...(rule.where !== undefined && { where: rule.where.source }),
    ...(rule.having !== undefined && { having: rule.having.source }),
    final: rule.emit === 'final',
  };
}

/** Without `having` every window is true: so that none joins its neighbours, there is no cooldown either. */
function withoutHaving(pipeline: PipelineDefinition, wanted: RuleDefinition): PipelineDefinition {
  const { having: _, alert, ...rest } = wanted;
  const cooldown = wanted.window === undefined ? (alert?.cooldown ?? (0 as Millis)) : (0 as Millis);
  const open: RuleDefinition = {
    ...rest,
    emit: 'changes',
    ...(alert && { alert: { ...alert, evidence: mostEvidence, cooldown } }),
  };
  return { ...pipeline, rules: pipeline.rules.map((rule) => (rule === wanted ? open : rule)) };
}
