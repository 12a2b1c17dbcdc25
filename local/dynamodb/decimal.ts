/** DynamoDB's numbers: decimals of up to 38 digits, as text. What is stored is plain and without superfluous zeros. */
import { ServiceError } from '../wire/service-error.ts';

interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const invalid = (message: string) => new ServiceError('ValidationException', message);

function parse(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  const digits = (match?.[2] ?? '') + (match?.[3] ?? '');
  if (match === null || digits === '')
    throw invalid(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `A value provided cannot be converted into a number: ${text}`,
    );
  const significant = digits.replace(/^0+/, '').replace(/0+$/, '');
  if (significant === '') return { coefficient: 0n, exponent: 0 };
  const trailing = digits.length - digits.replace(/0+$/, '').length;
  const exponent = Number(match[4] ?? 0) - (match[3] ?? '').length + trailing;
  if (significant.length > 38) throw invalid('Attempting to store more than 38 significant digits in a Number');
  const magnitude = significant.length + exponent;
  if (magnitude > 126)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (magnitude < -129)
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  return { coefficient: BigInt((match[1] === '-' ? '-' : '') + significant), exponent };
}

function format({ coefficient, exponent }: Decimal): string {
  if (exponent >= 0) return (coefficient * 10n ** BigInt(exponent)).toString();
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString().padStart(1 - exponent, '0');
  return `${negative ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** A number as it is stored and given back; refuses what is none or does not fit. */
export function normalize(text: string): string {
  return /^(0|-?[1-9]\d{0,18})$/.test(text) ? text : format(parse(text));
}

/** Both brought to one exponent. */
function align(a: string, b: string): readonly [bigint, bigint, number] {
  const [left, right] = [parse(a), parse(b)];
  const exponent = Math.min(left.exponent, right.exponent);
  const scale = (each: Decimal) => each.coefficient * 10n ** BigInt(each.exponent - exponent);
  return [scale(left), scale(right), exponent];
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`; both normalized. */
export function compare(a: string, b: string): number {
  // Up to 15 characters a double holds every decimal apart.
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const [left, right] = align(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function add(a: string, b: string): string {
  const [left, right, exponent] = align(a, b);
  return normalize(format({ coefficient: left + right, exponent }));
}

export function subtract(a: string, b: string): string {
  const [left, right, exponent] = align(a, b);
  return normalize(format({ coefficient: left - right, exponent }));
}

/** The bytes that a stored number counts for: about one for every two digits, and one more. */
export const bytes = (text: string): number => Math.ceil(text.replace(/[-.]|^0\.0*|0+$/g, '').length / 2) + 1;
