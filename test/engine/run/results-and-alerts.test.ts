/** What goes into a stream finally is what stands as alerts in the end, of the same rule and the same events. */
import fc from 'fast-check';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';
import { events, forms, recordsOf } from './result-forms.ts';

test.each(Object.entries(forms))('of %s', (name, form) => {
  const text = `  told:${form}
    alert:
      severity: low
      title: 'x'
  made:${form}
    into: results`;
  const rules = compiled(withRules(text));
  fc.assert(
    fc.property(events, (drawn) => {
      const standing = new Map<string, string>();
      const results: string[] = [];
      // The end of a stretch is the instant after its last.
      const tail = name === 'the last of the same' ? 1 : 0;
      const run = new InMemoryRun(rules, {
        alert: ({ id, status, content: { window, values, at } }) => {
          if (status === 'withdrawn') standing.delete(id);
          else standing.set(id, JSON.stringify([window, values, at - tail]));
        },
        rejected: ({ reason }) => {
          throw new Error(reason);
        },
        derived: ({ result, value, at }) => results.push(JSON.stringify([result?.window, value, at])),
      });
      for (const one of recordsOf(drawn)) run.process(one);
      run.end();
      expect(results.sort()).toEqual([...standing.values()].sort());
    }),
  );
});
