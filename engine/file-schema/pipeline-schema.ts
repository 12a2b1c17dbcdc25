/** The JSON Schema of a pipeline file, for completion in editors. */
import { calendarUnits } from '../pipeline/calendar-window.ts';
import { evidenceChoices, fields as alertFields, mostEvidence } from '../pipeline/alert.ts';
import { joinTypes, keptEvents, sequenceAfters, sequenceMatches, severities } from '../pipeline/definition.ts';
import { emits } from '../pipeline/emit.ts';
import * as joinLevels from '../pipeline/join.ts';
import { fields as distinctFields } from '../pipeline/distinct.ts';
import { limitPattern } from '../pipeline/limit.ts';
import { fields as fileFields } from '../pipeline/read.ts';
import { modes } from '../pipeline/rule.ts';
import { ruleFields } from '../pipeline/rule-parts.ts';
import { absenceFields, mostTimes, stepFields, timesPattern } from '../pipeline/sequence-step.ts';
import { fields as streamFields } from '../pipeline/stream.ts';
import { fields as tableFields } from '../pipeline/table.ts';
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
const times: JsonSchema = { anyOf: [whole(1, mostTimes), { type: 'string', pattern: timesPattern.source }] };

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
  const table = levelSchema(
    tableFields,
    {
      file: text,
      from: listOrOne(text),
      key: text,
      value: named('identifiers', text),
      validFrom: text,
      keep: duration,
    },
    of('table'),
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
  const step = levelSchema(stepFields, { from: listOrOne(text), where: text, times });
  const not = levelSchema(absenceFields, { from: listOrOne(text), where: text, for: duration, until: text });
  const one = { type: 'object', minProperties: 1, maxProperties: 1 };
  const inGroup = { ...one, properties: { not }, additionalProperties: step };
  const group = { type: 'array', minItems: 2, items: inGroup };
  const part = { ...one, properties: { not, all: group, any: group }, additionalProperties: step };
  const distinct = levelSchema(distinctFields, { within: duration, keep: choice(keptEvents) });
  const side = levelSchema(joinLevels.sideFields, { from: listOrOne(text), as: text, where: text });
  const distance = levelSchema(joinLevels.distanceFields, { before: duration, after: duration });
  const join = levelSchema(joinLevels.fields, {
    left: side,
    right: side,
    on: levelSchema(joinLevels.keyFields, { left: text, right: text }),
    within: { anyOf: [duration, distance] },
    type: choice(joinTypes),
  });
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
      sequence: { type: 'array', minItems: 1, items: part },
      within: duration,
      match: choice(sequenceMatches),
      after: choice(sequenceAfters),
      distinct,
      join,
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
      tables: named('identifiers', table, 0),
      rules: named('resources', rule),
    },
    of('file'),
  );
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'A pipeline of Weir', ...file };
}
