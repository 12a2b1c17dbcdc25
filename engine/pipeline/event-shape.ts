/** Which fields an event can have, where a closed schema or a `select` says so. */

/** The fields of a closed object; those with no shape of their own can be anything. */
export type EventShape = ReadonlyMap<string, EventShape | undefined>;

/** The shape of what a JSON Schema describes; undefined where it leaves the fields open. */
export function schemaShape(schema: unknown): EventShape | undefined {
  if (!isRecord(schema) || schema['additionalProperties'] !== false || 'patternProperties' in schema) return undefined;
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return new Map(Object.entries(properties).map(([name, inner]) => [name, schemaShape(inner)]));
}

/** The shape of what may be any of these; undefined where one of them is open. */
export function anyShape(shapes: readonly (EventShape | undefined)[]): EventShape | undefined {
  const [first, ...others] = shapes;
  if (others.length === 0 || first === undefined) return first;
  const fields = new Map<string, EventShape | undefined>();
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    for (const name of shape.keys()) fields.set(name, undefined);
  }
  return fields;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
