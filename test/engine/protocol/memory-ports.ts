/**
 * Ports in memory: two tables with the semantics of engine/protocol/item.ts, a topic, dead letters and a clock. Tables
 * and streams refuse what DynamoDB and Kinesis find too large. A
 * disturbance is called around every call and between the writes of one put; what it throws fails the call there, and
 * while it waits others go on.
 */
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { AlertMessage } from '../../../engine/alert/message.ts';
import { readAlert } from '../../../engine/protocol/alert-body.ts';
import type { Conflict, Item, ItemKey, ItemStore } from '../../../engine/protocol/item.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import type { StreamRecord } from '../../../engine/protocol/result-publisher.ts';
import type { EpochMillis } from '../../../engine/time.ts';

export interface Call {
  readonly on: 'state' | 'alerts' | 'topic' | 'stream' | 'letters';
  readonly operation: 'get' | 'query' | 'put' | 'due' | 'publish' | 'deadLetter';
  /** `within`: between two writes of one put. */
  readonly moment: 'before' | 'within' | 'after';
}

export type Disturbance = (call: Call) => void | Promise<void>;

const textOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;

const largestItem = 400 * 1024;
/** Bytes of the names of the attributes, and of all that are of a few bytes each. */
const smallAttributes = 150;

/** Throws where DynamoDB would refuse an item for its size. */
function checkItem({ pk, sk, body }: Item): void {
  const size = Buffer.byteLength(pk + sk + body) + smallAttributes;
  if (size > largestItem) throw new Error(`an item of ${size} bytes, where DynamoDB takes ${largestItem}: ${pk} ${sk}`);
}

const largestRecord = 1024 * 1024;

/** Throws where Kinesis would refuse a record for its size. */
export function checkRecord({ partitionKey, data }: StreamRecord): void {
  const size = Buffer.byteLength(partitionKey + data);
  if (size > largestRecord) throw new Error(`a record of ${size} bytes, where Kinesis takes ${largestRecord}`);
}

/** The items of a table by their keys, found by partition and due slot without a look at the others. */
class Items extends Map<string, Item> {
  readonly #partitions = new Map<string, Map<string, Item>>();
  readonly #slots = new Map<string, Map<string, Item>>();

  override set(name: string, item: Item): this {
    const before = this.get(name)?.due?.slot;
    if (before !== undefined && before !== item.due?.slot) this.#slots.get(before)?.delete(name);
    within(this.#partitions, item.pk).set(name, item);
    if (item.due !== undefined) within(this.#slots, item.due.slot).set(name, item);
    return super.set(name, item);
  }

  override delete(name: string): boolean {
    const before = this.get(name);
    if (before === undefined) return false;
    this.#partitions.get(before.pk)?.delete(name);
    if (before.due !== undefined) this.#slots.get(before.due.slot)?.delete(name);
    return super.delete(name);
  }

  of(pk: string): Item[] {
    return [...(this.#partitions.get(pk)?.values() ?? [])];
  }

  dueIn(slot: string): Item[] {
    return [...(this.#slots.get(slot)?.values() ?? [])];
  }
}

function within(index: Map<string, Map<string, Item>>, name: string): Map<string, Item> {
  const found = index.get(name) ?? new Map<string, Item>();
  index.set(name, found);
  return found;
}

/** What a table holds, and how often it was asked. */
export class MemoryTable {
  readonly items = new Items();
  readonly writes: Item[] = [];
  readonly counts = { gets: 0, queries: 0, conflicts: 0 };

  reset(): void {
    this.writes.length = 0;
    Object.assign(this.counts, { gets: 0, queries: 0, conflicts: 0 });
  }

  /** The table as one process reaches it. */
  store(on: 'state' | 'alerts', disturb: Disturbance): ItemStore {
    const around = async <T>(operation: Call['operation'], work: () => T | Promise<T>): Promise<T> => {
      await disturb({ on, operation, moment: 'before' });
      const done = await work();
      await disturb({ on, operation, moment: 'after' });
      return done;
    };
    return {
      get: (keys) =>
        around('get', () => {
          if (keys.length > 0) this.counts.gets++;
          return [...new Set(keys.map(textOf))].flatMap((key) => this.items.get(key) ?? []);
        }),
      query: (pk, from = '', to = '\uFFFF') =>
        around('query', () => {
          this.counts.queries++;
          const found = this.items.of(pk).filter(({ sk }) => sk >= from && sk <= to);
          return found.sort((a, b) => (a.sk < b.sk ? -1 : 1));
        }),
      put: (items) =>
        around('put', async () => {
          const conflicts: Conflict[] = [];
          for (const [i, item] of items.entries()) {
            if (i > 0) await disturb({ on, operation: 'put', moment: 'within' });
            checkItem(item);
            const current = this.items.get(textOf(item));
            if ((current?.version ?? 0) === item.version - 1) {
              this.items.set(textOf(item), item);
              this.writes.push(item);
            } else conflicts.push({ item, current });
          }
          this.counts.conflicts += conflicts.length;
          return conflicts;
        }),
      due: (slot, until, limit) =>
        around('due', () =>
          this.items
            .dueIn(slot)
            .filter(({ due }) => due !== undefined && due.at <= until)
            .sort((a, b) => (a.due?.at ?? 0) - (b.due?.at ?? 0))
            .slice(0, limit)
            .map(({ pk, sk }) => ({ pk, sk })),
        ),
    };
  }
}

export interface DeadLetters {
  readonly prefix: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Everything outside of the processes. */
export class MemoryWorld {
  readonly state = new MemoryTable();
  readonly alerts = new MemoryTable();
  readonly messages: AlertMessage[] = [];
  /** Revisions of results, each as it was put. */
  readonly revisions: { readonly stream: string; readonly data: string }[] = [];
  readonly letters = new Map<string, DeadLetters>();
  now = 0 as EpochMillis;

  /** The world as one process reaches it. */
  ports(disturb: Disturbance = () => undefined): Ports {
    return {
      state: this.state.store('state', disturb),
      alerts: this.alerts.store('alerts', disturb),
      publish: async (messages) => {
        await disturb({ on: 'topic', operation: 'publish', moment: 'before' });
        this.messages.push(...messages);
        await disturb({ on: 'topic', operation: 'publish', moment: 'after' });
        return new Set();
      },
      putRevisions: async (stream, records) => {
        await disturb({ on: 'stream', operation: 'put', moment: 'before' });
        records.forEach(checkRecord);
        this.revisions.push(...records.map(({ data }) => ({ stream, data })));
        await disturb({ on: 'stream', operation: 'put', moment: 'after' });
        return new Set();
      },
      deadLetter: async (prefix, name, lines) => {
        await disturb({ on: 'letters', operation: 'deadLetter', moment: 'before' });
        this.letters.set(`${prefix}/${name}`, { prefix, name, lines });
        await disturb({ on: 'letters', operation: 'deadLetter', moment: 'after' });
      },
      now: () => this.now,
    };
  }

  reset(): void {
    this.state.reset();
    this.alerts.reset();
    this.messages.length = 0;
  }
}

/** The records of the alert table. */
export function alertsOf(world: MemoryWorld): AlertRecord[] {
  return [...world.alerts.items.values()].flatMap((item) => readAlert(item).record ?? []);
}
