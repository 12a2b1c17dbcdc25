/** One level of a file as JSON Schema, from the table of its keys that the reader has: what it refuses is not in it. */
import type { FieldTable } from '../pipeline/fields.ts';
import type { JsonSchema } from './values.ts';

/** Gives what the documentation says of a key; undefined where it says nothing. */
export type Sentences = (level: LevelName, key: string) => string | undefined;

export type LevelName = 'file' | 'stream' | 'table' | 'rule' | 'window' | 'alert' | 'test' | 'step';

/** `values` says what stands behind the keys; behind one that it does not name anything may stand. */
export function levelSchema(
  table: FieldTable,
  values: Readonly<Record<string, JsonSchema>>,
  describe: (key: string) => string | undefined = () => undefined,
): JsonSchema {
  const usable = Object.entries(table).filter(([, presence]) => presence !== 'not-yet');
  const required = usable.filter(([, presence]) => typeof presence !== 'string').map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      usable.map(([name]) => {
        const description = describe(name);
        return [name, { ...(description !== undefined && { description }), ...values[name] }];
      }),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}
