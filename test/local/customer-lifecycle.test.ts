import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { CustomerLifecycle, type LifecycleEvent } from '../../local/customer-lifecycle.ts';
import { shopStreams } from '../../local/play-lifecycle.ts';

const start = Date.UTC(2026, 2, 2, 9);

function story(seed: number, length: number): readonly LifecycleEvent[] {
  const lifecycle = new CustomerLifecycle(seed);
  return Array.from({ length }, (_, index) => lifecycle.next(start + index * 50));
}

test('the same seed tells the same story, another seed another', () => {
  expect(story(7, 500)).toEqual(story(7, 500));
  expect(story(8, 500)).not.toEqual(story(7, 500));
});

test.each([1, 2, 3, 4, 5])(
  'seed %i has three high orders of a customer and an export within its first 60 events',
  (seed) => {
    const orders = story(seed, 60).flatMap(({ stream, event }) => (stream === 'orders' ? [event] : []));
    const high = new Map<unknown, number>();
    for (const { type, total, customerId } of orders) {
      if (type === 'order' && Number(total) > 500) high.set(customerId, (high.get(customerId) ?? 0) + 1);
    }
    expect(Math.max(...high.values())).toBeGreaterThanOrEqual(3);
    expect(
      orders.some(({ type, total, country }) => type === 'dispatched' && Number(total) > 1000 && country !== 'GB'),
    ).toBe(true);
  },
);

test('an order is placed, packed, dispatched and reviewed in this order, and ids do not repeat', () => {
  const events = story(3, 5000);
  expect(new Set(events.map(({ stream, event }) => `${stream} ${String(event['id'])}`)).size).toBe(events.length);
  const steps = new Map<unknown, string[]>();
  for (const { stream, event } of events) {
    const { orderId, type } = event;
    if (orderId !== undefined)
      steps.set(orderId, [...(steps.get(orderId) ?? []), stream === 'reviews' ? 'review' : String(type)]);
  }
  const whole = ['order', 'packed', 'dispatched', 'review'];
  const told = [...steps.values()].filter((each) => each[0] === 'order');
  for (const each of told) expect(each).toEqual(whole.slice(0, each.length));
  expect(told.filter((each) => each.length === whole.length).length).toBeGreaterThan(20);
});

test('the retail pipeline reads every stream of the shop, another pipeline none that merely has its name', () => {
  const streams = (file: string): readonly string[] =>
    shopStreams(compileHere(loadPipelineFile(file).definition!)).map(({ stream }) => stream);
  expect(streams('pipelines/retail/pipeline.yaml')).toEqual(['orders', 'reviews', 'visits', 'customers']);
  expect(streams('pipelines/online-retail/pipeline.yaml')).toEqual([]);
});
