/** How one shard's records come in batches is nobody's business: not of what stands, nor of what it is called. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const events = fc.array(
  fc.record({
    customer: fc.constantFrom('ann', 'bob', 'cid'),
    kind: fc.constantFrom('a', 'b'),
    total: fc.nat(12),
    pause: fc.constantFrom(0, 1, 2, 4, 9, 21),
  }),
  { maxLength: 30, size: 'max' },
);
type Cut = readonly [back: number, size: number, isAnother: boolean];
/** How many records a batch goes back, how many it has, and whether another process gets it. */
const batches = fc.infiniteStream(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 8 }), fc.boolean()));

function standing(alerts: Iterable<AlertRecord>): unknown[] {
  return [...alerts]
    .filter(({ status }) => status !== 'withdrawn')
    .map(({ rule, id, content: { key, window, values, events, at } }) =>
      JSON.stringify({ rule, id, key, window, values, events: events.map((event) => event.id), at }),
    )
    .sort();
}

test.each(Object.entries(rules))(
  'what stands after split and repeated batches is the perfect run, ids included: %s',
  async (_, text) => {
    const pipeline = compiled(withRules(text));
    await fc.assert(
      fc.asyncProperty(events, batches, async (given, cuts) => {
        let minute = 0;
        const records = given.map(({ pause, ...event }) => record({ ...event, minute: (minute += pause) }));
        const perfect = new Map<string, AlertRecord>();
        const run = new InMemoryRun(pipeline, {
          alert: (alert) => perfect.set(alert.id, alert),
          rejected: ({ reason }) => expect(reason).toBeUndefined(),
        });
        for (const one of records) run.process(one);
        run.end();

        const world = new MemoryWorld();
        world.now = noon as EpochMillis;
        let processes = 0;
        const begin = (): StreamProcessor => new StreamProcessor(pipeline, 'orders', world.ports(), `p${++processes}`);
        let processor = begin();
        for (let done = 0; done < records.length; ) {
          const [back, size, isAnother] = cuts.next().value as Cut;
          if (isAnother) processor = begin();
          const from = Math.max(0, done - back);
          await processor.process('0', records.slice(from, from + size));
          done = Math.max(done, from + size);
        }
        const port = { shards: async () => [openShard('0')], atTip: async () => true };
        for (let i = 0; i < 2; i++) await advanceTime(pipeline, world.ports(), port, world.now, 'end');
        expect(standing(alertsOf(world))).toEqual(standing(perfect.values()));
      }),
      { numRuns: 5 },
    );
  },
);
