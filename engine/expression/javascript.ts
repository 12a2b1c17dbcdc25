/** JavaScript text that is safe whatever the user wrote, and what JavaScript's values have that CEL's do not. */

function namesOf(...prototypes: readonly object[]): ReadonlySet<string> {
  return new Set(prototypes.flatMap((prototype) => Object.getOwnPropertyNames(prototype)));
}

/** What a bare property read would find on a map that does not hold it. */
export const inheritedByMaps = namesOf(Object.prototype);
/** What a bare property read would find on a value that is no map; `millis`, `value` and `toJSON` are the runtime's. */
export const inheritedByValues = new Set([
  ...namesOf(Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype),
  ...['length', 'millis', 'value', 'toJSON'],
]);

/** A constant as JavaScript; U+2028 and U+2029 end lines in old readers of JavaScript. */
export function constant(value: null | boolean | number | string): string {
  const json = JSON.stringify(value).replace(
    /[\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
  return typeof value === 'number' && value < 0 ? `(${json})` : json;
}

/** The end of a property read: `.total`, `["order id"]`. */
export function property(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${constant(name)}]`;
}
