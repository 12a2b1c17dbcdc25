import { dueSlot, dueSlotName, dueSlots } from '../../../engine/protocol/due-slot.ts';
import { compiledRules, isWindowed } from '../../../engine/state/compiled-rule.ts';
import { compiled, rules, withRules } from './pipelines.ts';

test('panes wait in slots of their rule alone, so that one that is held back keeps no other waiting', () => {
  const two = ['tumbling, final', 'sliding, owned key, final'].map((name) =>
    rules[name]?.replace('often', name[0] ?? ''),
  );
  const slots = compiledRules(compiled(withRules(two.join('\n')))).flatMap((rule) => {
    if (!isWindowed(rule)) return [];
    const names = Array.from({ length: dueSlots }, (_, slot) => dueSlotName(rule, slot));
    for (let i = 0; i < 100; i++) expect(names).toContain(dueSlot(rule, `key ${i}`));
    return names;
  });
  expect(new Set(slots).size).toBe(2 * dueSlots);
});
