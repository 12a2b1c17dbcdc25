/** The result of rule tests as programs read it. */
import { isoTime } from '../engine/aggregate/value.ts';
import type { AlertRecord } from '../engine/alert/alert.ts';
import { alertJson } from '../engine/alert/message.ts';
import type { DerivedEvent } from '../engine/run/in-memory-run.ts';
import type { CaseResult, ExplainedFailure } from '../engine/rule-test/case-result.ts';
import { expectedJson } from '../engine/rule-test/difference.ts';
import type { Rejected } from '../engine/rule-test/run.ts';
import type { TestFile } from './test-file.ts';

export interface FileResult {
  readonly file: TestFile;
  readonly cases: readonly CaseResult[];
}

export function fileJson({ file, cases }: FileResult): object {
  const { path, unreadable, faultyPipeline, faults } = file;
  return {
    path,
    valid: file.ready !== undefined,
    ...(unreadable !== undefined && { unreadable }),
    ...(faultyPipeline && { pipeline: { path: faultyPipeline.path, faults: faultyPipeline.faults } }),
    faults,
    cases: cases.map((result) => ({
      name: result.testCase.name,
      line: result.testCase.place.line,
      passes: result.failures.length === 0,
      failures: result.failures.map(failureJson),
      notes: result.unmentioned.map(rejectedJson),
    })),
  };
}

function failureJson({ failure, explanation }: ExplainedFailure): object {
  const { kind } = failure;
  switch (kind) {
    case 'missing-alert': {
      const { expected, nearest, moment } = failure;
      return {
        kind,
        moment,
        line: expected.place.line,
        expected: expectedJson(expected),
        ...(nearest && { nearest: { alert: recordJson(nearest.found), differences: nearest.differences } }),
        ...(explanation && {
          explanation: {
            ...explanation,
            rejected: explanation.rejected.map(rejectedJson),
            revisions: explanation.revisions.map(recordJson),
            ...(explanation.window && { window: recordJson(explanation.window) }),
          },
        }),
      };
    }
    case 'unexpected-alert':
      return { kind, moment: failure.moment, alert: recordJson(failure.alert) };
    case 'missing-event': {
      const { expected, nearest } = failure;
      return {
        kind,
        line: expected.place.line,
        expected: expectedJson(expected),
        ...(nearest && { nearest: { event: derivedJson(nearest.found), differences: nearest.differences } }),
      };
    }
    case 'unexpected-event':
      return { kind, event: derivedJson(failure.event) };
    case 'missing-rejection': {
      const { as, nearest } = failure;
      const { place, ...expected } = failure.expected;
      return {
        kind,
        as,
        line: place.line,
        expected,
        ...(nearest && { nearest: { rejected: rejectedJson(nearest.found), differences: nearest.differences } }),
      };
    }
    case 'unexpected-rejection':
      return { kind, rejected: rejectedJson(failure.rejected) };
  }
}

function recordJson({ rule, id, status, revision, content }: AlertRecord): object {
  return { rule, id, status, revision, ...alertJson(content) };
}

function derivedJson({ at, ...event }: DerivedEvent): object {
  return { ...event, at: isoTime(at) };
}

function rejectedJson({ kind, record, rule, eventId, reason }: Rejected): object {
  return {
    kind,
    stream: record.stream,
    ...(rule !== undefined && { rule }),
    ...(eventId !== undefined && { event: eventId }),
    reason,
  };
}
