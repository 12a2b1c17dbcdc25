/** The JSON Schema of a pipeline file, for completion in editors. */
import { calendarUnits } from '../pipeline/calendar-window.ts';
import { evidenceChoices, fields as alertFields, mostEvidence } from '../pipeline/alert.ts';
import { severities } from '../pipeline/definition.ts';
import { limitPattern } from '../pipeline/limit.ts';
import { fields as fileFields } from '../pipeline/read.ts';
import { emits, modes } from '../pipeline/rule.ts';
import { ruleFields } from '../pipeline/rule-parts.ts';
import { fields as streamFields } from '../pipeline/stream.ts';
import { fields as windowFields } from '../pipeline/window.ts';
import { levelSchema, type LevelName, type Sentences } from './level.ts';
import {
  choice,
  choiceOrExpression,
  type JsonSchema,
  listOrOne,
  named,
  resourceName,
  text,
  time,
  whole,
} from './values.ts';

const duration = time('duration');

export function pipelineSchema(sentences: Sentences): JsonSchema {
  const of = (level: LevelName) => (key: string) => sentences(level, key);
  const stream = levelSchema(
    streamFields,
    {
      partitionKey: text,
      eventTime: text,
      eventId: text,
      outOfOrderness: duration,
      allowedLateness: duration,
      clockSkew: duration,
      idleAfter: duration,
      dedupeWithin: duration,
      schema: { anyOf: [text, { type: 'object' }] },
    },
    of('stream'),
  );
  const window = levelSchema(
    windowFields,
    {
      tumbling: duration,
      offset: duration,
      hopping: duration,
      every: duration,
      sliding: duration,
      before: duration,
      session: duration,
      max: duration,
      calendar: choice(calendarUnits),
      timezone: text,
      last: whole(1),
      within: duration,
      until: text,
    },
    of('window'),
  );
  const alert = levelSchema(
    alertFields,
    {
      severity: choiceOrExpression(severities),
      title: text,
      description: text,
      labels: named('resources', text),
      evidence: whole(0, mostEvidence),
      evidenceFields: choice(evidenceChoices),
      cooldown: duration,
      limit: { type: 'string', pattern: limitPattern.source },
    },
    of('alert'),
  );
  const rule = levelSchema(
    ruleFields,
    {
      description: text,
      mode: choice(modes),
      from: listOrOne(text),
      where: text,
      select: named('identifiers', text),
      into: resourceName,
      groupBy: named('identifiers', text),
      window: { minProperties: 1, ...window },
      aggregate: named('identifiers', text),
      having: text,
      emit: choice(emits),
      within: duration,
      alert,
    },
    of('rule'),
  );
  const file = levelSchema(
    fileFields,
    {
      pipeline: resourceName,
      timezone: text,
      params: named('identifiers', { type: ['number', 'string', 'boolean'] }, 0),
      streams: named('resources', stream),
      rules: named('resources', rule),
    },
    of('file'),
  );
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'A pipeline of Weir', ...file };
}
