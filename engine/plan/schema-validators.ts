/** Validators of the streams' JSON Schemas: as functions on a laptop, as the text of a module for the Lambda bundle. */
import standalone from 'ajv/dist/standalone/index.js';
import { schemaValidator } from '../pipeline/json-schema.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { literal } from './block.ts';
import { type Validate, validator } from './schema-mismatch.ts';

export function compileValidators(definition: PipelineDefinition): Readonly<Record<string, Validate>> {
  return Object.fromEntries(
    definition.streams.flatMap(({ name, schema }) =>
      schema === undefined ? [] : [[name, validator(schemaValidator(schema).compile(schema))]],
    ),
  );
}

/** Statements of a module that define `$validators`; they import `weir:schema-mismatch`. */
export function validatorsText(definition: PipelineDefinition): string {
  const parts = definition.streams.flatMap(({ name, schema }, i) => {
    if (schema === undefined) return [];
    const ajv = schemaValidator(schema, { source: true, esm: false });
    const code = standalone(ajv, ajv.compile(schema));
    return [
      `const schema${i} = (module, exports) => { ${code}; return module.exports; };`,
      `$validators[${literal(name)}] = $schema.lazyValidator(() => schema${i}({ exports: {} }, {}));`,
    ];
  });
  return parts.length === 0
    ? 'const $validators = {};'
    : `import * as $schema from 'weir:schema-mismatch';\nconst $validators = {};\n${parts.join('\n')}`;
}
