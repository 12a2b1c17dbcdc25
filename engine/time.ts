/**
 * Time as the engine knows it: numbers with their unit in the type. The engine never reads a clock; whoever calls it
 * passes time in.
 */

declare const unit: unique symbol;

/** An instant in milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number & { readonly [unit]: 'epoch-millis' };

/** An instant in seconds since 1970-01-01T00:00:00Z, as DynamoDB's time to live wants it. */
export type EpochSeconds = number & { readonly [unit]: 'epoch-seconds' };

/** A length of time in milliseconds. */
export type Millis = number & { readonly [unit]: 'millis' };

/** Before all time, and after it: where a watermark begins, and where it goes when no event can come any more. */
export const beginningOfTime = Number.NEGATIVE_INFINITY as EpochMillis;
export const endOfTime = Number.POSITIVE_INFINITY as EpochMillis;

/** The earliest of some instants, where there is any. */
export function smallest(times: readonly (EpochMillis | undefined)[]): EpochMillis | undefined {
  return times.reduce<EpochMillis | undefined>(
    (least, t) => (least === undefined || (t !== undefined && t < least) ? t : least),
    undefined,
  );
}

export function instantAfter(t: EpochMillis): EpochMillis {
  return (t + 1) as EpochMillis; // Branding.
}

/** The latest of some instants; the beginning of time where there is none. */
export function largest(times: readonly (EpochMillis | undefined)[]): EpochMillis {
  return times.reduce<EpochMillis>((most, t) => (t !== undefined && t > most ? t : most), beginningOfTime);
}
