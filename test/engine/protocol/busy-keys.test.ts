/** A key in which something always waits for what may not come: what a minute costs does not grow with its age. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

test.each(['alert: { severity: low, title: x }', 'into: results'])(
  'panes wait for what their own events may change, and for nothing later: %s',
  async (told) => {
    const rules = compiled(
      withRules(`  unpaid:
    groupBy:
      kind: event.kind
    sequence:
      - placed: { from: orders }
      - not: { from: carts, for: 3m }
    within: 6m
    ${told}`),
    );
    const world = new MemoryWorld();
    const port = { shards: async () => [openShard('0')], atTip: async () => true, put: async () => undefined };
    const waiting: number[] = [];
    for (let at = 0; at < 180; at++) {
      world.now = (noon + at * minute) as EpochMillis;
      await new StreamProcessor(rules, 'orders', world.ports(), `p${at}`).process('0', [record({ minute: at })]);
      await advanceTime(rules, world.ports(), port, world.now);
      waiting.push([...world.state.items.values()].filter(({ due }) => due !== undefined).length);
    }
    expect(Math.max(...waiting.slice(90))).toBeLessThanOrEqual(Math.max(...waiting.slice(0, 90)));
  },
);
