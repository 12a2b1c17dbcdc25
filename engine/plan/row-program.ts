/** The expressions of a table as functions of a row: they are evaluated where the file is read, and nowhere else. */
import { emit } from '../expression/emit.ts';
import type { Expression } from '../expression/expression.ts';
import * as regularExpression from '../expression/regular-expression.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { Block } from './block.ts';
import { readBy } from './generate-rule.ts';
import type { JsonObject } from './program.ts';
import * as runtime from './runtime.ts';

export interface RowFunctions {
  /** The value, undefined where it fails. */
  value(row: JsonObject): unknown;
  /** The paths that the expression reads, each with its value. */
  read(row: JsonObject): readonly (readonly [string, unknown])[];
}

/** `row` is what the expression sees as `event`. */
export function rowFunctions({ node }: Expression, params: PipelineDefinition['params']): RowFunctions {
  const of = (code: (block: Block) => string): string => {
    const block = new Block({ params, tables: [] }, ['event']);
    const returned = code(block);
    return `(event) => {\n${block.declarations()}return ${returned};\n}`;
  };
  const value = of((block) => emit(node, block.binding));
  const text = `return { value: ${value}, read: ${of((block) => readBy(node, block))} };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-restricted-syntax -- Weir generated the text from a checked expression, as it does the program
  const evaluate = new Function('$', '$re', text) as (...names: readonly unknown[]) => RowFunctions;
  return evaluate(runtime, regularExpression);
}
