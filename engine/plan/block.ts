/** The variables of one generated function: fields of the event that it reads once, and temporaries. */
import type { Binding, Node } from '../expression/expression.ts';
import { isOfStream, type PipelineDefinition } from '../pipeline/definition.ts';

/** A value as JavaScript text; JSON but for two line ends that JavaScript does not take in strings of old. */
export function literal(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

export class Block {
  readonly binding: Binding;
  readonly #reads = new Map<string, { readonly variable: string; readonly code: string }>();
  #temporaries = 0;
  #readsWhole = false;

  /**
   * `roots`: the parameters that expressions may name; `replace` gives the code of what stands elsewhere, `time` that of
   * the event's time.
   */
  constructor(
    { params, tables }: Pick<PipelineDefinition, 'params' | 'tables'>,
    roots: readonly string[],
    replace?: (node: Node) => string | undefined,
    time = 'meta.eventTime.millis',
  ) {
    this.binding = {
      name: (name) => {
        if (name === 'params') return `(${literal(params)})`;
        if (roots.includes(name)) return name === 'event' ? this.readWhole() : name;
        throw new Error(`unbound name ${name} in a checked expression`);
      },
      path: (path) => {
        const [root, field] = path;
        if (root === undefined || field === undefined || path.length !== 2) return undefined;
        if (root === 'params') return literal(params[field]);
        if (root === 'meta' && roots.includes(root)) return `meta.${field}`;
        if (root === 'event' && roots.includes(root)) return this.read(field);
        return undefined;
      },
      ...(replace && { replace }),
      lookUp: (name, how, key) => {
        const table = tables.findIndex((one) => one.name === name);
        if (table < 0) throw new Error(`unbound table ${name} in a checked expression`);
        const definition = tables[table];
        const isTimed = definition !== undefined && (isOfStream(definition) || definition.validFrom !== undefined);
        const at = isTimed ? `, ${time}` : '';
        return `$tables[${table}].${how}(${key}${at})`;
      },
      temporary: () => `t${this.#temporaries++}`,
    };
  }

  /** The variable that holds a field of the event; undefined where the event has none. */
  read(field: string): string {
    const known = this.#reads.get(field);
    if (known !== undefined) return known.variable;
    const variable = `e${this.#reads.size}`;
    const key = literal(field);
    // Only names that stand on Object.prototype can be read from an event that does not have them.
    const code =
      field in Object.prototype ? `Object.hasOwn(event, ${key}) ? event[${key}] : undefined` : `event[${key}]`;
    this.#reads.set(field, { variable, code });
    return variable;
  }

  /** The event itself: whoever takes it may look at all of its fields. */
  readWhole(): string {
    this.#readsWhole = true;
    return 'event';
  }

  /** The fields of the event that the function reads; undefined where it may read any. */
  fields(): readonly string[] | undefined {
    const fields = [...this.#reads.keys()];
    return this.#readsWhole || fields.some((field) => field in Object.prototype) ? undefined : fields;
  }

  temporary(): string {
    return this.binding.temporary();
  }

  /** To be asked for once everything else of the function is written. */
  declarations(): string {
    const reads = [...this.#reads.values()].map(({ variable, code }) => `const ${variable} = ${code};\n`).join('');
    const temporaries = Array.from({ length: this.#temporaries }, (_, i) => `t${i}`);
    return reads + (temporaries.length === 0 ? '' : `let ${temporaries.join(', ')};\n`);
  }
}
