/**
 * Counts the messages of each rule and period in one small item, put before they are published: what is beyond the rule's
 * limit is left to a digest, which is told when the period is over, and again where more was left to it since. A process
 * that dies after the put has counted messages that are counted again when they are told, so a count can be too high and
 * is never too low: nobody is told more, one by one, than the limit allows.
 */
import type { AlertRecord } from '../alert/alert.ts';
import { digestMessage } from '../alert/digest.ts';
import { alertId } from '../alert/identity.ts';
import { counted, digestedOf, type MessageCount, nothingCounted, periodOf } from '../alert/message-limit.ts';
import type { RulePlan } from '../plan/plan.ts';
import { sortableTime } from '../state/pane-item.ts';
import type { EpochMillis, Millis } from '../time.ts';
import { pendingSlot } from './due-slot.ts';
import type { Item, ItemKey } from './item.ts';
import type { Ports } from './ports.ts';
import { alertTimeToLive } from './retention.ts';

const format = 1;
const prefix = '@limit#';
/** Others may count at the same time; what loses so often stays pending, and has its turn a minute later. */
const mostRounds = 20;
/** Counts that are remembered. */
const mostKnown = 1_000;

interface CountBody extends MessageCount {
  readonly v: number;
  readonly start: EpochMillis;
  readonly per: Millis;
  /** How much of what is digested a digest has told. */
  readonly covered: number;
}

interface Known {
  readonly body: CountBody;
  readonly version: number;
}

export interface Untold {
  readonly plan: RulePlan;
  readonly record: AlertRecord;
}

/** Messages of one rule and period. */
interface Group<T> {
  readonly key: ItemKey;
  readonly plan: RulePlan;
  readonly start: EpochMillis;
  readonly members: T[];
}

/** What becomes of messages; what is in neither stays pending. */
export interface Admitted<T> {
  readonly single: readonly T[];
  /** With the id of their digest. */
  readonly digested: ReadonlyMap<T, string>;
}

export class MessageCounts {
  readonly #ports: Ports;
  readonly #pipeline: string;
  /** As this process put or met them last; who puts on an old one learns of the new one. */
  readonly #known = new Map<string, Known>();

  constructor(ports: Ports, pipeline: string) {
    this.#ports = ports;
    this.#pipeline = pipeline;
  }

  /** Counts messages that are about to be told. */
  async admit<T extends Untold>(pending: readonly T[]): Promise<Admitted<T>> {
    const single = new Set<T>();
    const digested = new Map<T, string>();
    const lost = await this.#change(groupsOf(pending), (body, { key, plan, members }) => {
      let count: MessageCount = body;
      for (const one of members) {
        const next = counted(count, plan.limit, one.record);
        count = next.count;
        // A round that was lost is judged anew.
        single.delete(one);
        digested.delete(one);
        if (next.single) single.add(one);
        else digested.set(one, alertId(key.pk, key.sk));
      }
      return { ...body, ...count };
    });
    for (const one of lost) {
      single.delete(one);
      digested.delete(one);
    }
    return { single: pending.filter((one) => single.has(one)), digested };
  }

  /** Takes messages back that were refused: they are counted when they are told. */
  async takeBack(refused: readonly Untold[]): Promise<void> {
    await this.#change(groupsOf(refused), (body, { members }) => ({
      ...body,
      told: Math.max(0, body.told - members.length),
    }));
  }

  /** Puts changed counts; answers the messages of those that could not be put. */
  async #change<T extends Untold>(
    groups: readonly Group<T>[],
    change: (body: CountBody, group: Group<T>) => CountBody,
  ): Promise<readonly T[]> {
    let open = groups;
    for (let round = 0; open.length > 0 && round < mostRounds; round++) {
      const puts = open.map((group) => {
        const { key, plan, start } = group;
        const known = this.#known.get(key.pk + key.sk);
        const body = change(
          known?.body ?? { v: format, start, per: plan.limit.per, covered: 0, ...nothingCounted },
          group,
        );
        return { group, body, item: this.#item(key, plan, body, (known?.version ?? 0) + 1) };
      });
      const conflicts = new Map(
        (await this.#ports.alerts.put(puts.map(({ item }) => item))).map(({ item, current }) => [item, current]),
      );
      if (this.#known.size > mostKnown) this.#known.clear();
      for (const { item, body } of puts) {
        const current = conflicts.get(item);
        if (!conflicts.has(item)) this.#known.set(item.pk + item.sk, { body, version: item.version });
        else if (current === undefined) this.#known.delete(item.pk + item.sk);
        else this.#known.set(item.pk + item.sk, { body: readCount(current), version: current.version });
      }
      open = puts.filter(({ item }) => conflicts.has(item)).map(({ group }) => group);
    }
    return open.flatMap(({ members }) => members);
  }

  /** Publishes digests of periods that are over, of items that were due; answers how many. */
  async publishDigests(rules: ReadonlyMap<string, RulePlan>, items: readonly Item[]): Promise<number> {
    const digests = items.flatMap((item) => {
      const plan = rules.get(item.pk.slice(prefix.length));
      const body = readCount(item);
      if (plan === undefined || digestedOf(body) === body.covered) return [];
      const id = alertId(item.pk, item.sk);
      const { name: rule, limit } = plan;
      const { version: revision } = item;
      const message = digestMessage({
        ...{ pipeline: this.#pipeline, rule, id, revision },
        limit: { ...limit, per: body.per },
        start: body.start,
        count: body,
      });
      return [{ item, plan, body, message }];
    });
    const failed = digests.length === 0 ? undefined : await this.#ports.publish(digests.map(({ message }) => message));
    const told = digests.filter(({ message }) => failed?.has(message.id) !== true);
    const rest = digests.filter(({ message }) => failed?.has(message.id) === true);
    const orphans = items.filter((item) => !rules.has(item.pk.slice(prefix.length)));
    // Where more was left to a digest meanwhile its item is another, and due still.
    await this.#ports.alerts.put([
      ...told.map(({ item, plan, body }) =>
        this.#item(item, plan, { ...body, covered: digestedOf(body) }, item.version + 1),
      ),
      ...rest.map(({ item, plan, body }) => this.#item(item, plan, body, item.version + 1)),
      ...orphans.map(({ due: _, ...item }) => ({ ...item, version: item.version + 1 })),
    ]);
    return told.length;
  }

  #item({ pk, sk }: ItemKey, plan: RulePlan, body: CountBody, version: number): Item {
    const now = this.#ports.now();
    const end = (body.start + body.per) as EpochMillis;
    return {
      pk,
      sk,
      version,
      body: JSON.stringify(body),
      ttl: alertTimeToLive(plan, end, now),
      ...(digestedOf(body) > body.covered && { due: { slot: pendingSlot(pk), at: Math.max(now, end) as EpochMillis } }),
    };
  }
}

export function isCount({ pk }: ItemKey): boolean {
  return pk.startsWith(prefix);
}

function groupsOf<T extends Untold>(messages: readonly T[]): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const one of messages) {
    const { plan, record } = one;
    const start = periodOf(plan.limit, record.content.at);
    const key = { pk: `${prefix}${plan.name}`, sk: `${sortableTime(start)}#${plan.limit.per}` };
    const group = groups.get(key.pk + key.sk) ?? { key, plan, start, members: [] };
    group.members.push(one);
    groups.set(key.pk + key.sk, group);
  }
  return [...groups.values()];
}

function readCount(item: Item): CountBody {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const body = JSON.parse(item.body) as CountBody;
  if (body.v !== format)
    throw new Error(`messages are counted in format ${body.v}; this version of Weir reads format ${format}`);
  return body;
}
