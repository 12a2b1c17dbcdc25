/**
 * A compiled pipeline as the text of an ES module that exports `plan` and `program`. It imports `weir:runtime`
 * (engine/plan/runtime.ts), and only where the pipeline needs them `weir:regular-expression` and
 * `weir:schema-mismatch`: the bundler gives these names their files.
 */
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { literal } from './block.ts';
import { compilePlan } from './compile.ts';
import { validatorsText } from './schema-validators.ts';

export function planModule(definition: PipelineDefinition): string {
  const { plan, program } = compilePlan(definition);
  return [
    `import * as $ from 'weir:runtime';`,
    program.includes('$re.') ? `import * as $re from 'weir:regular-expression';` : 'const $re = undefined;',
    validatorsText(definition),
    `export const plan = ${literal(plan)};`,
    ...(definition.tables.length > 0 ? ['const $tables = $.tablesOf(plan);'] : []),
    `export const program = (() => {\n${program}\n})();`,
    '',
  ].join('\n');
}
