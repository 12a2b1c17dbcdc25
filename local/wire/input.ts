/**
 * Reading the members of a request. A member that is absent, of a wrong type or out of its range is refused in the
 * words of AWS; members that are not read are accepted and ignored.
 */
import { constraint, ServiceError } from './service-error.ts';

export type Input = Readonly<Record<string, unknown>>;

/** The name of a member as AWS's validation messages write it. */
const path = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function misfit(name: string, type: string): ServiceError {
  return new ServiceError('SerializationException', `${name} must be ${type}`);
}

export function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function optionalText(input: Input, name: string, minimum = 1, maximum = Infinity): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw misfit(name, 'a string');
  if (value.length < minimum)
    throw constraint(value, path(name), `Member must have length greater than or equal to ${minimum}`);
  if (value.length > maximum)
    throw constraint(value, path(name), `Member must have length less than or equal to ${maximum}`);
  return value;
}

export function text(input: Input, name: string, minimum = 1, maximum = Infinity): string {
  const value = optionalText(input, name, minimum, maximum);
  if (value === undefined) throw constraint(value, path(name), 'Member must not be null');
  return value;
}

export function optionalNumber(input: Input, name: string, minimum: number, maximum: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw misfit(name, 'a number');
  if (value < minimum)
    throw constraint(value, path(name), `Member must have value greater than or equal to ${minimum}`);
  if (value > maximum) throw constraint(value, path(name), `Member must have value less than or equal to ${maximum}`);
  return value;
}

export function number(input: Input, name: string, minimum: number, maximum: number): number {
  const value = optionalNumber(input, name, minimum, maximum);
  if (value === undefined) throw constraint(value, path(name), 'Member must not be null');
  return value;
}

export function flag(input: Input, name: string): boolean {
  const value = input[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw misfit(name, 'a boolean');
  return value;
}

export function optionalChoice<T extends string>(input: Input, name: string, choices: readonly T[]): T | undefined {
  const value = optionalText(input, name, 0);
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw constraint(value, path(name), `Member must satisfy enum value set: [${choices.join(', ')}]`);
  return found;
}

export function optionalObject(input: Input, name: string): Input | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw misfit(name, 'a structure');
  return value;
}

export function object(input: Input, name: string): Input {
  const value = optionalObject(input, name);
  if (value === undefined) throw constraint(value, path(name), 'Member must not be null');
  return value;
}

export function optionalList(input: Input, name: string): readonly unknown[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw misfit(name, 'a list');
  return value as readonly unknown[];
}

/** A list of structures; its length must lie between the two bounds. */
export function objects(input: Input, name: string, minimum: number, maximum: number): readonly Input[] {
  const value = optionalList(input, name);
  if (value === undefined) throw constraint(value, path(name), 'Member must not be null');
  if (value.length < minimum)
    throw constraint(value, path(name), `Member must have length greater than or equal to ${minimum}`);
  if (value.length > maximum)
    throw constraint(value, path(name), `Member must have length less than or equal to ${maximum}`);
  return value.map((entry) => {
    if (!isObject(entry)) throw misfit(name, 'a list of structures');
    return entry;
  });
}
