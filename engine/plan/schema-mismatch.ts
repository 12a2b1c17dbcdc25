/** Says in words what of an event does not fit its stream's schema. */

/** Null where the event fits, else what does not. */
export type Validate = (event: unknown) => string | null;

interface Mismatch {
  readonly instancePath: string;
  readonly message?: string;
}

interface CompiledSchema {
  (event: unknown): boolean | Promise<unknown>;
  errors?: readonly Mismatch[] | null;
}

/** One event can have hundreds of thousands. */
const mostMismatches = 10;

/**
 * Of a module's text, run when the first event comes: the module has the schemas of all streams, and a function reads
 * one of them.
 */
export function lazyValidator(load: () => CompiledSchema | { readonly default: CompiledSchema }): Validate {
  let validate: Validate | undefined;
  return (event) => {
    if (validate === undefined) {
      const loaded = load();
      validate = validator('default' in loaded ? loaded.default : loaded);
    }
    return validate(event);
  };
}

export function validator(compiled: CompiledSchema): Validate {
  return (event) => {
    if (compiled(event) === true) return null;
    return (compiled.errors ?? [])
      .slice(0, mostMismatches)
      .map(({ instancePath, message }) => `event${instancePath.replaceAll('/', '.')} ${message ?? 'does not fit'}`)
      .join('; ');
  };
}
