/** The JSON Schema of a test file. The streams of its steps are those of the pipeline beside it, which a schema cannot know. */
import { severities } from '../pipeline/definition.ts';
import { alertFields, statuses, windowFields } from '../rule-test/expectation.ts';
import { eventFields, rejectionFields } from '../rule-test/expected-events.ts';
import { caseFields, fileFields } from '../rule-test/read.ts';
import { stepFields } from '../rule-test/steps.ts';
import { levelSchema, type LevelName, type Sentences } from './level.ts';
import { choice, type JsonSchema, map, named, time, whole, word, words } from './values.ts';

const instant = time('instant');

export function ruleTestSchema(sentences: Sentences): JsonSchema {
  const of = (level: LevelName) => (key: string) => sentences(level, key);
  const alert = levelSchema(alertFields, {
    rule: word,
    status: choice(statuses),
    revision: whole(0),
    severity: choice(severities),
    title: word,
    description: word,
    labels: map,
    key: map,
    values: map,
    window: levelSchema(windowFields, { start: instant, end: instant }),
    at: instant,
    events: words,
  });
  const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items: { minProperties: 1, ...items } });
  const event = levelSchema(eventFields, { stream: word, rule: word, id: word, at: instant, value: map });
  const rejection = levelSchema(rejectionFields, { stream: word, rule: word, reason: word, event: word });
  const alerts = listOf(alert);
  const step = levelSchema(stepFields, { at: instant, arrives: instant, advance: instant, expect: alerts }, of('step'));
  const testCase = levelSchema(
    caseFields,
    {
      name: word,
      rules: { ...words, minItems: 1 },
      steps: { type: 'array', items: { minProperties: 1, ...step, additionalProperties: map } },
      expect: alerts,
      expectEvents: listOf(event),
      expectLate: { type: 'array', items: rejection },
      expectInvalid: { type: 'array', items: rejection },
      flush: { type: 'boolean' },
    },
    of('test'),
  );
  const file = levelSchema(
    fileFields,
    {
      start: { type: 'string', pattern: '^\\d{4}-' },
      tables: named('identifiers', { type: 'array', items: { type: 'object', additionalProperties: word } }, 0),
      cases: { type: 'array', items: testCase, minItems: 1 },
    },
    of('test'),
  );
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Tests of a pipeline of Weir', ...file };
}
