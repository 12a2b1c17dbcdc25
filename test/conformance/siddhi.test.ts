/** What Siddhi's own tests expect of patterns, sequences and absences, where Weir can say the same. */
import type { AlertRecord } from '../../engine/alert/alert.ts';
import { readPipeline } from '../../engine/pipeline/read.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { InMemoryRun } from '../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../engine/time.ts';
import { shared, testOn } from '../shared-data.ts';
import { nameOf, ruleOf, type SaidRule, type SiddhiCase, siddhiCases, Unsaid } from './siddhi-rule.ts';

const file = shared('siddhi/cases.json');
const start = Date.parse('2026-01-01T00:00:00Z');

/** Cases that can be said, and mean something else: docs/conformance.md says why. */
const different: ReadonlySet<string> = new Set([
  'LogicalPattern.testQuery19',
  'AbsentPattern.testQueryAbsent27',
  'EveryAbsentPattern.testQueryAbsent5',
  'EveryAbsentPattern.testQueryAbsent9',
  'EveryAbsentPattern.testQueryAbsent19',
  'EveryAbsentPattern.testQueryAbsent30',
  'EveryAbsentPattern.testQueryAbsent32',
  'EveryAbsentPattern.testQueryAbsent33',
  'Sequence.testQuery31',
  'AbsentWithEverySequence.testQuery1',
]);

interface Said {
  readonly one: SiddhiCase;
  readonly rule: SaidRule;
}

function said(): Said[] {
  return siddhiCases(file).flatMap((one) => {
    try {
      return [{ one, rule: ruleOf(one.siddhiQL) }];
    } catch (error) {
      if (error instanceof Unsaid) return [];
      throw error;
    }
  });
}

/** What stands when Siddhi's clock stops, by when it came to stand; a rule without `every` speaks once. */
function rowsOf({ one, rule }: Said): unknown[][] {
  const { definition, faults } = readPipeline(rule.text);
  if (definition === undefined) throw new Error(faults.map(({ message }) => message).join('\n'));
  const standing = new Map<string, AlertRecord>();
  const run = new InMemoryRun(compileHere(definition), {
    alert: (alert) => {
      if (alert.status === 'withdrawn') standing.delete(alert.id);
      else standing.set(alert.id, alert);
    },
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  for (const [index, { stream, t, data }] of one.events.entries()) {
    const fields = (rule.columns.get(stream) ?? []).map((name, at): [string, unknown] => [name, data[at]]);
    const arrival = (start + t) as EpochMillis;
    const event = { ...Object.fromEntries(fields), t: arrival };
    run.process({ stream, shard: '0', sequenceNumber: String(index + 1), arrival, event });
  }
  run.advance((start + one.endT) as EpochMillis);
  const rows = [...standing.values()]
    .sort((a, b) => a.content.at - b.content.at)
    .map(({ content }) => rule.row.map(({ step, at, field }) => fieldOf(content.values[step], at, field)));
  return rule.repeats ? rows : rows.slice(0, 1);
}

function fieldOf(value: unknown, at: number | undefined, field: string): unknown {
  const event: unknown = at === undefined ? value : (value as readonly unknown[])[at];
  return (event as Readonly<Record<string, unknown>> | null | undefined)?.[field] ?? null;
}

testOn(file)('all cases of Siddhi that can be said give its rows, but those that mean something else', () => {
  const all = said();
  const differing = all.filter((one) => JSON.stringify(rowsOf(one)) !== JSON.stringify(one.one.expectedRows));
  expect(differing.map(({ one }) => nameOf(one))).toEqual([...different]);
  const alike = all.filter(({ one }) => !different.has(nameOf(one)));
  expect({ cases: alike.length, withRows: alike.filter(({ one }) => one.expectedRows.length > 0).length }).toEqual({
    cases: 119,
    withRows: 74,
  });
});
