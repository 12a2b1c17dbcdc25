/** The product broken in what it does of tables whose rows are events. */
import type { Mutation } from './mutations.ts';

export const tableMutations: readonly Mutation[] = [
  {
    name: 'rows of a table are put when their batch is said to be finished',
    file: 'engine/protocol/stream-processor.ts',
    edits: [
      ['tables?.keep(this.#ports.now(), unfinished),', ''],
      [
        '// Somebody else has read on from here,',
        `await tables?.keep(this.#ports.now(), unfinished);
         //`,
      ],
    ],
  },
  {
    name: 'who loses the put of a row to another does not put it again',
    file: 'engine/protocol/loaded-tables.ts',
    edits: [['for (const value of key.added) key.values = withValue(key.values, value, key.keep);', '']],
  },
  {
    name: 'a look-up takes the newest row, whatever the time of the event',
    file: 'engine/state/table-values.ts',
    edits: [['order.t <= at && isBefore(order)', 'isBefore(order)']],
  },
];
