/**
 * Hash keys are 128-bit numbers. Here they are 32 hexadecimal digits, so that text order is number order and the MD5
 * of a partition key needs no conversion.
 */
import { hash } from 'node:crypto';

export interface HashRange {
  readonly start: string;
  /** Inclusive. */
  readonly end: string;
}

export const hashKeys = 2n ** 128n;

export const hashKey = (partitionKey: string): string => hash('md5', partitionKey);

export const toHex = (value: bigint): string => value.toString(16).padStart(32, '0');

export const toDecimal = (hex: string): string => BigInt(`0x${hex}`).toString();

/** The hash key that a decimal number names, or undefined where it is none. */
export function fromDecimal(decimal: string): string | undefined {
  if (!/^(0|[1-9]\d{0,38})$/.test(decimal)) return undefined;
  const value = BigInt(decimal);
  return value < hashKeys ? toHex(value) : undefined;
}

/** The hash key before this one, which must not be the first. */
export const before = (hex: string): string => toHex(BigInt(`0x${hex}`) - 1n);

/** All hash keys cut into this many ranges of the same size, as near as can be. */
export function evenRanges(count: number): readonly HashRange[] {
  const size = hashKeys / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    start: toHex(size * BigInt(index)),
    end: toHex(index === count - 1 ? hashKeys - 1n : size * BigInt(index + 1) - 1n),
  }));
}
