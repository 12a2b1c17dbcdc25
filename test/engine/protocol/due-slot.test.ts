import { readFileSync } from 'node:fs';
import { dueSlot, dueSlotName, dueSlots, pendingSlot, pendingSlots } from '../../../engine/protocol/due-slot.ts';
import { compiledRules, isWindowed } from '../../../engine/state/compiled-rule.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const two = ['tumbling, final', 'sliding, owned key, final'].map((name) =>
  rules[name]?.replace('often', name[0] ?? ''),
);
const windowed = compiledRules(compiled(withRules(two.join('\n')))).filter(isWindowed);

test('panes wait in slots of their rule alone, so that one that is held back keeps no other waiting', () => {
  const slots = windowed.flatMap((rule) => {
    const names = Array.from({ length: dueSlots }, (_, slot) => dueSlotName(rule, slot));
    for (let i = 0; i < 100; i++) expect(names).toContain(dueSlot(rule, `key ${i}`));
    return names;
  });
  expect(new Set(slots).size).toBe(2 * dueSlots);
});

test.each([
  ['counted', (i: number) => `often#["c${i}"]`],
  ['counted by eight', (i: number) => `often#["c${8 * i}"]`],
  ['in two parts that are alike', (i: number) => `often#["${i}","${i}"]`],
  ['long', (i: number) => `often#["arn:aws:iot:eu-west-1:111122223333:thing/${i}"]`],
])('no slot has twice its share of many keys: %s', (_, pk) => {
  const [rule] = windowed;
  for (const slotOf of [(key: string) => dueSlot(rule!, key), pendingSlot]) {
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) counts.set(slotOf(pk(i)), (counts.get(slotOf(pk(i))) ?? 0) + 1);
    expect(counts.size).toBe(dueSlots);
    expect(Math.max(...counts.values())).toBeLessThan((2 * 10_000) / dueSlots);
  }
});

test('docs/scale.md says over how many slots', () => {
  expect(readFileSync('docs/scale.md', 'utf8').split(`into one of ${dueSlots} partitions`)).toHaveLength(3);
});

test('what waits in the slot that there was once is found', () => {
  expect(pendingSlots).toContain('pending');
});
