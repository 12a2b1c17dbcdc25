/** Makes the alert table agree with what should stand, and tells of it: put as pending, publish, mark as published. */
import { type AlertContent, type AlertIdentity, type AlertRecord, type Recorded, reconcile } from '../alert/alert.ts';
import { alertId } from '../alert/identity.ts';
import type { RulePlan } from '../plan/plan.ts';
import type { EpochMillis } from '../time.ts';
import { readAlert, writeAlert } from './alert-body.ts';
import { pendingSlot, resultSlot } from './due-slot.ts';
import type { Item, ItemKey } from './item.ts';
import { isCount } from './message-counts.ts';
import { forPending, type Lane, lanes, textOf } from './pending-pages.ts';
import type { Ports } from './ports.ts';
import { Publisher } from './publisher.ts';
import { keptForTheRest } from './publishing-time.ts';
import { alertTimeToLive } from './retention.ts';

/** What should stand in one record; `recorded` is what stands, as far as is known. */
export interface Wanted {
  readonly plan: RulePlan;
  readonly key: ItemKey;
  readonly content: AlertContent | undefined;
  readonly recorded: Recorded | undefined;
  /** Learns what stands now, and whether that was changed here. */
  store(recorded: Recorded, changed: boolean): void;
  /**
   * Told where somebody else has put the record meanwhile, and so may know more: the content must be derived again.
   * Absent where the content cannot change, and is compared with what stands now.
   */
  readonly lost?: () => void;
  /**
   * True where a process that was overtaken may still be about to put what it derived before: the record is put even
   * where nothing changes, and where there is none an empty one, so that the other's put loses.
   */
  readonly fences?: boolean;
  /** True where what was recorded first stays: a second event with the same id is a producer's retry. */
  readonly keepsFirst?: true;
}

interface Pending {
  readonly plan: RulePlan;
  readonly wanted: Wanted;
  readonly record: AlertRecord;
  readonly version: number;
}

interface AlertPut {
  readonly wanted: Wanted;
  /** Undefined: there is none, and nobody who was overtaken is to put one. */
  readonly record: AlertRecord | undefined;
  readonly changed: boolean;
  readonly item: Item;
}

export interface Told {
  readonly opened: number;
  readonly amended: number;
  readonly withdrawn: number;
}

/** An alert's record where it stands. */
export interface KnownAlert {
  readonly key: ItemKey;
  readonly recorded: Recorded;
}

export class AlertStore {
  readonly #ports: Ports;
  readonly #publisher: Publisher;
  readonly #lanes: readonly Lane[];

  constructor(ports: Ports, pipeline: string, timeLeft?: () => number) {
    this.#ports = ports;
    this.#publisher = new Publisher(ports, pipeline);
    this.#lanes = lanes(timeLeft);
  }

  /** The records of these keys; one without a record is not in the answer. */
  async read(keys: readonly ItemKey[]): Promise<KnownAlert[]> {
    return (await this.#ports.alerts.get(keys)).map((item) => ({ key: item, recorded: readAlert(item) }));
  }

  /** All records of a partition key, or those with these sort keys and those between. */
  async readAll(pk: string, from?: string, to?: string): Promise<KnownAlert[]> {
    return (await this.#ports.alerts.query(pk, from, to)).map((item) => ({ key: item, recorded: readAlert(item) }));
  }

  /** Makes up the difference, and publishes what is to be told. Answers which alerts were changed. */
  async settle(wanted: readonly Wanted[]): Promise<Told> {
    const pending: Pending[] = [];
    const told = { opened: 0, amended: 0, withdrawn: 0 };
    let open = [...wanted];
    while (open.length > 0) {
      const puts = new Map<string, AlertPut>();
      for (const one of open) {
        const first = one.keepsFirst === true ? one.recorded?.record?.content : undefined;
        const standing = one.recorded?.record;
        const next = reconcile(identityOf(one), standing, first ?? one.content);
        if (next !== undefined || one.fences === true) {
          const record = next ?? standing;
          const item = this.#item(one, record, (one.recorded?.version ?? 0) + 1);
          puts.set(textOf(one.key), { wanted: one, record, changed: next !== undefined, item });
        } else if (standing?.pending !== undefined) {
          // A crash after the put and before the publication left it pending: finish that.
          pending.push({ plan: one.plan, wanted: one, record: standing, version: one.recorded?.version ?? 0 });
        }
      }
      const conflicts = new Map(
        (await this.#ports.alerts.put([...puts.values()].map(({ item }) => item))).map((conflict) => [
          textOf(conflict.item),
          conflict,
        ]),
      );
      open = [];
      for (const [key, put] of puts) {
        const conflict = conflicts.get(key);
        if (conflict !== undefined) {
          if (put.wanted.lost !== undefined) put.wanted.lost();
          else
            open.push({
              ...put.wanted,
              recorded: conflict.current === undefined ? undefined : readAlert(conflict.current),
            });
          continue;
        }
        const { wanted: one, record, changed, item } = put;
        one.store({ record, version: item.version }, changed);
        if (record === undefined) continue;
        if (changed && record.isResult === undefined) told[record.status === 'open' ? 'opened' : record.status]++;
        if (record.pending !== undefined) pending.push({ plan: one.plan, wanted: one, record, version: item.version });
      }
    }
    await Promise.all(
      this.#lanes.map(({ results, time }) =>
        time.inPieces(
          pending.filter(({ record }) => (record.isResult === true) === results),
          keptForTheRest,
          (some) => this.#publish(some),
        ),
      ),
    );
    return told;
  }

  /**
   * Publishes revisions, or leaves them to a digest, and marks as published those that still stand; answers those that
   * were refused.
   */
  async #publish(pending: readonly Pending[]): Promise<readonly Pending[]> {
    if (pending.length === 0) return [];
    const { told, digested } = await this.#publisher.publish(pending);
    const isRefused = (one: Pending): boolean => !told.has(one) && !digested.has(one);
    const marks = pending.flatMap((one) => {
      if (isRefused(one)) return [];
      const { wanted, record: unpublished, version } = one;
      const digest = digested.get(one);
      const record: AlertRecord = { ...unpublished, pending: undefined, ...(digest !== undefined && { digest }) };
      return [{ wanted, record, item: this.#item(wanted, record, version + 1) }];
    });
    const lost = new Set((await this.#ports.alerts.put(marks.map(({ item }) => item))).map(({ item }) => item));
    for (const { wanted, record, item } of marks)
      if (!lost.has(item)) wanted.store({ record, version: item.version }, false);
    return pending.filter(isRefused);
  }

  #item({ plan, key }: Wanted, record: AlertRecord | undefined, version: number): Item {
    const now = this.#ports.now();
    return {
      pk: key.pk,
      sk: key.sk,
      version,
      body: writeAlert(record),
      ttl: alertTimeToLive(plan, record?.content.at ?? now, now),
      ...(record?.pending !== undefined && {
        due: { slot: record.isResult ? resultSlot(key.pk) : pendingSlot(key.pk), at: now },
      }),
    };
  }

  /**
   * Publishes records that have been pending since before an instant; answers how many were. One that is refused goes
   * behind those that wait, so that no number of them stands in the way of others. Stops before less than `kept` of the
   * time is left.
   */
  async publishPending(
    rules: ReadonlyMap<string, RulePlan>,
    until: EpochMillis,
    kept = keptForTheRest,
  ): Promise<number> {
    let published = 0;
    await Promise.all(
      this.#lanes.map(({ slots, time }) =>
        forPending(this.#ports.alerts, slots, until, (keys) =>
          time.inPieces(keys, kept, async (some) => {
            const told = await this.#publishPage(rules, some);
            published += told;
          }),
        ),
      ),
    );
    return published;
  }

  async #publishPage(rules: ReadonlyMap<string, RulePlan>, keys: readonly ItemKey[]): Promise<number> {
    const orphans: Item[] = [];
    const items = await this.#ports.alerts.get(keys);
    const digests = await this.#publisher.publishDigests(rules, items.filter(isCount));
    const alerts = items.filter((item) => !isCount(item));
    const pending = alerts.flatMap((item): Pending[] => {
      const recorded = readAlert(item);
      const { record } = recorded;
      const plan = record && rules.get(record.rule);
      if (plan === undefined || (plan.revisesInto !== undefined) !== (record?.isResult === true)) {
        // Its rule is gone, or tells others now: nobody is told any more, and it must not stand in the way of those that are.
        const { due, ...rest } = item;
        if (due !== undefined) orphans.push({ ...rest, version: item.version + 1 });
        return [];
      }
      if (record?.pending === undefined) return [];
      return [
        {
          plan,
          wanted: { plan, key: item, content: record.content, recorded, store: () => undefined },
          record,
          version: recorded.version,
        },
      ];
    });
    await this.#ports.alerts.put(orphans);
    const failed = await this.#publish(pending);
    await this.#ports.alerts.put(failed.map(({ wanted, record, version }) => this.#item(wanted, record, version + 1)));
    return digests + pending.length - failed.length;
  }
}

function identityOf({ plan, key, recorded }: Wanted): AlertIdentity {
  return {
    rule: plan.name,
    id: recorded?.record?.id ?? alertId(key.pk, key.sk),
    live: plan.live,
    cooldown: plan.cooldown,
    ...(plan.having !== undefined && { having: plan.having }),
    ...(plan.revisesInto !== undefined && { isResult: true }),
  };
}
