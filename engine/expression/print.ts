/** How a value reads in a text that people see. */
import { longestText } from './arithmetic.ts';
import { durationWords, timestampText, zoneOffset } from './time-text.ts';
import { Duration, isList, Timestamp } from './values.ts';

/**
 * A value in a text: numbers in their shortest form, times in the zone with its offset, lists joined by `, `, null as
 * `-`, maps as JSON. `undefined` for what has no text: a failure, or JSON nested deeper than can be printed,
 * or more than a text can hold.
 */
export function text(value: unknown, zone: string): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Timestamp) return timestampText(value.millis, zoneOffset(zone, value.millis) ?? 0);
  if (value instanceof Duration) return durationWords(value.millis);
  if (!isList(value)) return json(value);
  const parts: string[] = [];
  let length = 0;
  for (const item of value) {
    const part = isList(item) ? json(item) : text(item, zone);
    if (part === undefined || (length += part.length + 2) > longestText) return undefined;
    parts.push(part);
  }
  return parts.join(', ');
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON can nest deeper than the call stack: such a value has no text, and must not stop the batch.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A number with so many decimals, half away from zero of the decimal that the user sees: `fixed(2.675, 2)` is 2.68. */
export function fixed(value: unknown, decimals: unknown): string | undefined {
  if (typeof value !== 'number' || typeof decimals !== 'number') return undefined;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 20) return undefined;
  const [digits = '0', exponent = '0'] = String(Math.abs(value)).split('e');
  const scaled = Math.round(Number(`${digits}e${Number(exponent) + decimals}`));
  const size = scaled <= Number.MAX_SAFE_INTEGER ? Number(`${scaled}e-${decimals}`) : Math.abs(value);
  return (value < 0 && size > 0 ? -size : size).toFixed(decimals);
}
