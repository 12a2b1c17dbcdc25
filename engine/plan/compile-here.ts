/** Compiles a pipeline to run in this process, for the modes that are not deployed. */
import * as regularExpression from '../expression/regular-expression.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { compilePlan } from './compile.ts';
import { tablesOf } from './lookup-table.ts';
import type { Compiled, Program } from './program.ts';
import * as runtime from './runtime.ts';
import { compileValidators } from './schema-validators.ts';

export function compileHere(definition: PipelineDefinition): Compiled {
  const { plan, program } = compilePlan(definition);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-restricted-syntax -- Weir generated the text: what the bundle holds as a module, and here there is nobody to bundle it
  const evaluate = new Function('$', '$re', '$validators', '$tables', program) as (
    ...names: readonly unknown[]
  ) => Program;
  return { plan, program: evaluate(runtime, regularExpression, compileValidators(definition), tablesOf(plan)) };
}
