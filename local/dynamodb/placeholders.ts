/** `#name` and `:value` of a request: what they stand for, and that none is left unused. */
import { optionalObject } from '../wire/input.ts';
import type { Input } from '../wire/input.ts';
import { type AttributeValue, checkValue, invalid } from './attribute-value.ts';

export class Placeholders {
  readonly #names: Input;
  readonly #values: Readonly<Record<string, AttributeValue>>;
  readonly #used = new Set<string>();

  constructor(input: Input) {
    this.#names = optionalObject(input, 'ExpressionAttributeNames') ?? {};
    const values = optionalObject(input, 'ExpressionAttributeValues') ?? {};
    this.#values = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, checkValue(value)]));
  }

  name(placeholder: string, expression: string): string {
    const name = Object.hasOwn(this.#names, placeholder) ? this.#names[placeholder] : undefined;
    if (typeof name !== 'string')
      throw invalid(
        `Invalid ${expression}: An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    this.#used.add(placeholder);
    return name;
  }

  value(placeholder: string, expression: string): AttributeValue {
    const value = Object.hasOwn(this.#values, placeholder) ? this.#values[placeholder] : undefined;
    if (value === undefined)
      throw invalid(
        `Invalid ${expression}: An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    this.#used.add(placeholder);
    return value;
  }

  /** To be called when all expressions of the request have been read. */
  checkAllUsed(): void {
    for (const [member, given] of [
      ['ExpressionAttributeNames', this.#names],
      ['ExpressionAttributeValues', this.#values],
    ] as const) {
      const unused = Object.keys(given).filter((each) => !this.#used.has(each));
      if (unused.length > 0)
        throw invalid(`Value provided in ${member} unused in expressions: keys: {${unused.join(', ')}}`);
    }
  }
}
