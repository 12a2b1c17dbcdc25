/** Events of a log as items hold them. */
import { kept, keptFields } from '../../../engine/plan/runtime.ts';
import { decodeTouch, encodeTouch } from '../../../engine/state/pane-item.ts';
import { type EventReference, touchOf } from '../../../engine/state/touch.ts';
import type { EpochMillis } from '../../../engine/time.ts';

const t = 1_750_000_000_000 as EpochMillis;
const event: EventReference = {
  t,
  arrival: t,
  shard: 'orders/0',
  sequenceNumber: '1',
  index: 0,
  stream: 'orders',
  id: 'e',
};

/** As an item holds it, and as it comes back. */
function stored(
  args: readonly unknown[],
  fields: { readonly [name: string]: unknown },
): ReturnType<typeof decodeTouch> {
  const text = JSON.stringify(encodeTouch(touchOf(event, args, fields), true));
  expect(text.split('Acme').length - 1).toBe(1);
  return decodeTouch(JSON.parse(text) as ReturnType<typeof encodeTouch>);
}

test('what is kept of an event and is what alerts show of it is stored once, and is one object again', () => {
  const kept = { shop: 'Acme', total: 1.5 };
  const { args, fields } = stored([3, kept], kept);
  expect(args).toEqual([3, kept]);
  expect(fields).toBe(args[1]);
});

test.each([
  ['as a whole', (deep: unknown) => kept({ shop: 'Acme', deep })],
  ['by its fields', (deep: unknown) => keptFields(['shop', 'deep'], ['Acme', deep])],
])('what is kept of an event %s is the same again, however deep it is nested', (_, keptOf) => {
  const deep = keptOf(Array.from({ length: 80 }).reduce<unknown>((inner) => [inner], 1));
  expect(stored([3, deep], deep).fields).toEqual(deep);
});

test('what is shown alone comes back beside what is kept', () => {
  const { args, fields } = stored([1.5, null], { shop: 'Acme' });
  expect({ args, fields }).toEqual({ args: [1.5, null], fields: { shop: 'Acme' } });
});
