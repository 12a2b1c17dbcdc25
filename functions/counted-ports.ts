/** Counts what an invocation does through its ports. */
import { pendingSlots } from '../engine/protocol/due-slot.ts';
import type { ItemStore } from '../engine/protocol/item.ts';
import { isCount } from '../engine/protocol/message-counts.ts';
import type { Ports } from '../engine/protocol/ports.ts';

export class PortCounts {
  #writes = 0;
  #conflicts = 0;
  readonly #pending = new Set<string>();

  /** The ports, counted from now on. */
  over(ports: Ports): Ports {
    return {
      state: this.#store(ports.state),
      alerts: this.#store(ports.alerts),
      publish: (messages) => ports.publish(messages),
      putRevisions: async (stream, records) => (await ports.putRevisions?.(stream, records)) ?? new Set(records),
      deadLetter: (prefix, name, lines) => ports.deadLetter(prefix, name, lines),
      now: () => ports.now(),
    };
  }

  /** What was counted since the last time: items put, those of them that lost, and alerts found unpublished. */
  take(): { readonly writes: number; readonly conflicts: number; readonly pending: number } {
    const counts = { writes: this.#writes, conflicts: this.#conflicts, pending: this.#pending.size };
    this.#writes = 0;
    this.#conflicts = 0;
    this.#pending.clear();
    return counts;
  }

  #store(store: ItemStore): ItemStore {
    return {
      get: (keys) => store.get(keys),
      query: (pk, from, to) => store.query(pk, from, to),
      put: async (items) => {
        const conflicts = await store.put(items);
        this.#writes += items.length;
        this.#conflicts += conflicts.length;
        return conflicts;
      },
      due: async (slot, until, limit) => {
        const keys = await store.due(slot, until, limit);
        // The index trails the table, so the same alert may be found twice.
        // A digest waits there until it is time for it, and nothing is late then.
        if (pendingSlots.includes(slot))
          for (const key of keys) if (!isCount(key)) this.#pending.add(`${key.pk}\n${key.sk}`);
        return keys;
      },
    };
  }
}
