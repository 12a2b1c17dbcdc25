/** JSON Schema (https://json-schema.org), draft 7 unless the schema's `$schema` says 2020-12, read strictly. */
import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

export interface SchemaFault {
  readonly message: string;
  /** The keys and indexes that lead to the fault in the schema. */
  readonly path: readonly string[];
}

/** A validator for a schema's dialect, with the formats of `ajv-formats`. */
export function schemaValidator(schema: object, code: { source?: boolean; esm?: boolean } = {}): Ajv | Ajv2020 {
  const dialect = '$schema' in schema ? String(schema.$schema) : '';
  const options = { strict: true, allErrors: true, allowUnionTypes: true, logger: false as const, code };
  const ajv = dialect.includes('2020-12') ? new Ajv2020(options) : new Ajv(options);
  ajvFormats(ajv);
  return ajv;
}

/** What is wrong with a schema; empty where it can be used. */
export function schemaFaults(schema: object): SchemaFault[] {
  const dialect = '$schema' in schema ? String(schema.$schema) : 'draft-07';
  if (!/2020-12|draft-07/.test(dialect)) {
    return [{ message: `the schema is written in ${dialect}; Weir reads draft-07 and 2020-12`, path: ['$schema'] }];
  }
  const ajv = schemaValidator(schema);
  if (ajv.validateSchema(schema) !== true) return (ajv.errors ?? []).map(schemaFault).filter(isFirstOfItsKind);
  try {
    ajv.compile(schema);
    return [];
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const message = cause.message.replace(/^strict mode: /, '');
    const named = /"([^"#]+)"/.exec(message)?.[1];
    return [{ message, path: (named !== undefined && pathOf(schema, named)) || [] }];
  }
}

function schemaFault({ instancePath, message, params }: ErrorObject): SchemaFault {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const values = 'allowedValues' in params ? ` (${String(params.allowedValues)})` : '';
  return { message: `'${path.at(-1) ?? 'schema'}' ${message ?? 'is wrong'}${values}`, path };
}

/** One place is reported once, however many ways of being right it misses. */
function isFirstOfItsKind(fault: SchemaFault, index: number, faults: readonly SchemaFault[]): boolean {
  const place = fault.path.join('/');
  return faults.findIndex((other) => other.path.join('/') === place) === index;
}

function pathOf(value: unknown, name: string): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === name || inner === name) return [key];
    const rest = pathOf(inner, name);
    if (rest) return [key, ...rest];
  }
  return undefined;
}
