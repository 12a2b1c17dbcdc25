/**
 * Cuts what a batch has to do into slices, in the order of the first events: where time runs out between two of them,
 * all that lies below the next one's first event is finished, and the next delivery goes on from there.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { Change } from './batch-fold.ts';
import type { StatelessAlert } from './stateless-matches.ts';

/** Keys and stateless alerts of a slice: about as many items as the table takes at a time, four calls of 25. */
export const sliceSize = 100;

export interface BatchSlice {
  /** The lowest sequence number in it. */
  readonly first: string;
  readonly changes: readonly Change[];
  readonly stateless: readonly StatelessAlert[];
}

export function batchSlices(changes: readonly Change[], stateless: readonly StatelessAlert[]): BatchSlice[] {
  const all = [
    ...changes.map((change) => ({ first: change.touches[0]?.touch.event.sequenceNumber ?? '', change })),
    ...stateless.map((alert) => ({ first: alert.sequenceNumber, alert })),
  ].sort((a, b) => compareSequenceNumbers(a.first, b.first));
  const slices: BatchSlice[] = [];
  for (let at = 0; at < all.length; at += sliceSize) {
    const slice = all.slice(at, at + sliceSize);
    slices.push({
      first: slice[0]?.first ?? '',
      changes: slice.flatMap((one) => ('change' in one ? one.change : [])),
      stateless: slice.flatMap((one) => ('alert' in one ? one.alert : [])),
    });
  }
  return slices;
}
