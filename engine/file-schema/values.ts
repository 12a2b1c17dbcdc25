/** What may stand behind a key of a file, as JSON Schema: enough for an editor to help; `weir check` knows the rest. */
import { durationPattern } from '../pipeline/duration.ts';
import { identifierPattern, resourcePattern } from '../pipeline/name.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Expressions and texts: a number or a boolean there is a fault, since YAML would have read it as such. */
export const text: JsonSchema = { type: 'string', minLength: 1 };

/** Text that may look like a number. */
export const word: JsonSchema = { type: ['string', 'number', 'boolean'] };

export const words: JsonSchema = { type: 'array', items: word };

/** A map of values that events have or are expected to have. */
export const map: JsonSchema = { type: 'object' };

const duration: JsonSchema = { type: 'string', minLength: 1, pattern: durationPattern.source };

export const resourceName: JsonSchema = { type: 'string', pattern: resourcePattern.source };

export function choice(choices: readonly string[]): JsonSchema {
  return { enum: [...choices] };
}

/** For a choice that an expression may make, too: editors offer the words. */
export function choiceOrExpression(choices: readonly string[]): JsonSchema {
  return { anyOf: [choice(choices), text] };
}

export function whole(atLeast: number, atMost?: number): JsonSchema {
  return { type: 'integer', minimum: atLeast, ...(atMost !== undefined && { maximum: atMost }) };
}

export function listOrOne(items: JsonSchema): JsonSchema {
  return { anyOf: [items, { type: 'array', items, minItems: 1, uniqueItems: true }] };
}

/** A duration, or in a test file an instant: a duration from its start, or a date. */
export function time(kind: 'duration' | 'instant'): JsonSchema {
  if (kind === 'duration') return duration;
  return {
    anyOf: [
      { ...duration, pattern: durationPattern.source.replace('^', '^-?') },
      { type: 'string', pattern: '^\\d{4}-' },
    ],
  };
}

/** A map whose keys the user chooses. */
export function named(names: 'identifiers' | 'resources', values: JsonSchema, atLeast = 1): JsonSchema {
  const { source } = names === 'identifiers' ? identifierPattern : resourcePattern;
  return {
    type: 'object',
    propertyNames: { pattern: source },
    additionalProperties: values,
    ...(atLeast > 0 && { minProperties: atLeast }),
  };
}
