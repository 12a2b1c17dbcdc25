import type { Compiled } from '../engine/plan/program.ts';
import {
  CustomerLifecycle,
  type LifecycleEvent,
  type LifecycleStream,
  lifecycleStreams,
} from './customer-lifecycle.ts';
import { type EventReader, eventReader } from './event-reader.ts';
import type { Producer } from './producer.ts';
import type { Example } from './welcome.ts';

/** A stream of the pipeline that the shop has events for. */
export interface ShopStream {
  readonly stream: LifecycleStream;
  readonly reader: EventReader;
  readonly example: Example;
}

const tick = 50;
/** Events of the shop that are looked through for one that the pipeline reads. */
const lookThrough = 1000;

/** The streams that the pipeline declares as the shop knows them, orders first. */
export function shopStreams(compiled: Compiled): readonly ShopStream[] {
  return lifecycleStreams.flatMap((stream) => {
    const reader = eventReader(compiled, stream);
    const sample = example(stream);
    if (reader === undefined || !reader.fits(sample)) return [];
    return [{ stream, reader, example: { stream, partitionKey: reader.partitionKey(sample), event: sample } }];
  });
}

/** An order that leaves the country, where there are orders: worth an alert. */
function example(stream: LifecycleStream): LifecycleEvent['event'] {
  const at = new Date().toISOString();
  const customerId = 'me';
  switch (stream) {
    case 'orders':
      return { id: 'my-1', at, type: 'dispatched', orderId: 'my-order', customerId, total: 1234.5, country: 'FR' };
    case 'reviews':
      return { id: 'my-2', at, customerId, orderId: 'my-order', stars: 1, text: 'Not mine.' };
    case 'visits':
      return { id: 'my-3', at, type: 'visit', customerId, page: '/' };
    case 'customers':
      return { id: 'my-4', at, customerId, tier: 'gold' };
  }
}

/** Puts the shop's events at so many a second until the signal. */
export async function playLifecycle(
  shop: readonly ShopStream[],
  rate: number,
  producer: Producer,
  signal: AbortSignal,
): Promise<void> {
  const readers = new Map(shop.map(({ stream, reader }) => [stream, reader]));
  const lifecycle = new CustomerLifecycle(Date.now());
  const started = performance.now();
  let played = 0;
  while (!signal.aborted) {
    const due = shop.length === 0 ? 0 : Math.floor(((performance.now() - started) / 1000) * rate);
    while (played < due) {
      await putNext(lifecycle, readers, producer);
      played += 1;
    }
    await producer.flush();
    await new Promise((resolve) => {
      const timer = setTimeout(done, tick);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve(undefined);
      }
      signal.addEventListener('abort', done);
    });
  }
}

async function putNext(
  lifecycle: CustomerLifecycle,
  readers: ReadonlyMap<LifecycleStream, EventReader>,
  producer: Producer,
): Promise<void> {
  for (let tried = 0; tried < lookThrough; tried += 1) {
    const { stream, event } = lifecycle.next(Date.now());
    const reader = readers.get(stream);
    if (reader === undefined) continue;
    await producer.put(stream, reader.partitionKey(event), JSON.stringify(event));
    return;
  }
}
