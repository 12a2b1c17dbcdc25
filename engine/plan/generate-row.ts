/** The part of a stream's function that makes a row of a table of an event, before any rule looks at the event. */
import { emit } from '../expression/emit.ts';
import type { StreamTableDefinition } from '../pipeline/definition.ts';
import { type Block, literal } from './block.ts';
import { isKey, readBy } from './generate-rule.ts';

export function generateRow({ key, value }: StreamTableDefinition, index: number, block: Block): string {
  const label = `table${index}`;
  const lines: string[] = [];
  const taken = (part: string, { node, source }: typeof key, fits: (code: string) => string): string => {
    const variable = block.temporary();
    const fail = `sink.rowFailed(${index}, ${literal(part)}, ${literal(source)}, ${readBy(node, block)})`;
    lines.push(`${variable} = ${emit(node, block.binding)};`, `if (!(${fits(variable)})) { ${fail}; break ${label}; }`);
    return variable;
  };
  const keyCode = taken('key', key, isKey);
  const values = value.map(({ name, expression }) => {
    return `${literal(name)}: ${taken(`value.${name}`, expression, isKept)}`;
  });
  lines.push(`sink.row(${index}, ${keyCode}, { ${values.join(', ')} });`);
  return `${label}: {\n${lines.join('\n')}\n}`;
}

/** A number such as 1e400 is JSON, and infinite here: nothing that could be kept. */
const isKept = (code: string): string =>
  `${code} !== undefined && (typeof ${code} !== 'number' || Number.isFinite(${code}))`;
