/** The metrics of a pipeline, in CloudWatch: what the handlers count and what infra watches and draws. */
export const namespace = 'Weir';

/** The one dimension of all of them but for a second line of `ExpressionErrors`, which has the rule too. */
export const dimension = 'service';

/** Seconds for `WatermarkLag`, counts for all others. */
export type MetricName =
  /** Records that were not finished by an earlier delivery. */
  | 'Events'
  /** Events that a rule counts, or that it tells of by themselves; for each rule. */
  | 'Matched'
  /** Alerts that opened. */
  | 'Alerts'
  /** Events that came after a rule had forgotten their window; for each rule. */
  | 'Late'
  | 'Invalid'
  /** Predicates that could not be evaluated for an event. */
  | 'ExpressionErrors'
  /** Items put, and those of them that lost to another writer. */
  | 'Writes'
  | 'Conflicts'
  /** Batches that failed and are delivered again. */
  | 'FailedBatches'
  /** How far the watermark trails the clock, of the rule that trails most. */
  | 'WatermarkLag'
  /** Alerts that were recorded over a minute ago and not published. */
  | 'PendingAlerts';

export type Counted = { readonly [name in MetricName]?: number };
