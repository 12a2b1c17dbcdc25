/** What alarms there are, each with what it means for people who wait for alerts; docs/runbook.md has a section on each. */
export interface AlarmKind {
  /** The end of the alarm's name, and the section of docs/runbook.md. */
  readonly name: string;
  /** What people notice, in a sentence. */
  readonly impact: string;
}

export const alarmKinds = {
  iteratorAge: {
    name: 'iterator-age',
    impact: 'Alerts come late, and once the stream has forgotten records that were not read, never.',
  },
  givenUp: {
    name: 'given-up-batches',
    impact: 'Records were given up after hours of failing: no rule has counted them, and they lie in the dead letters.',
  },
  failedBatches: {
    name: 'failed-batches',
    impact: 'Batches fail and are delivered again: their shards stand still until one succeeds.',
  },
  streamErrors: {
    name: 'process-stream-errors',
    impact: 'A function that reads a stream breaks off: its shards stand still until it does not.',
  },
  streamThrottles: {
    name: 'process-stream-throttles',
    impact: 'Lambda does not run a function as often as its stream has batches: alerts come late.',
  },
  timeErrors: {
    name: 'advance-time-errors',
    impact: 'Windows do not close, absences are not noticed, and what was not published stays so.',
  },
  timeStopped: {
    name: 'advance-time-stopped',
    impact: 'Nothing has advanced time for minutes: windows do not close and absences are not noticed.',
  },
  watermarkLag: {
    name: 'watermark-lag',
    impact: 'Windows close late: final results, absences and withdrawals of a rule come late, and nothing is lost.',
  },
  pendingAlerts: {
    name: 'pending-alerts',
    impact: 'Alerts are recorded and nobody has been told of them.',
  },
  late: {
    name: 'late-events',
    impact:
      'Events came after their window was forgotten: the rule does not count them, and they lie in the dead letters.',
  },
  invalid: {
    name: 'invalid-events',
    impact: 'Events cannot be read or do not fit their schema: no rule counts them, and they lie in the dead letters.',
  },
} as const satisfies Readonly<Record<string, AlarmKind>>;
