/**
 * Tells what is pending: alerts to people, as far as the limits of their rules let it, and results that are revised to
 * whoever reads their stream, every change of them.
 */
import { alertMessage } from '../alert/message.ts';
import { revisionRecord } from '../intake/result-record.ts';
import type { RulePlan } from '../plan/plan.ts';
import type { Item } from './item.ts';
import { MessageCounts, type Untold } from './message-counts.ts';
import type { Ports } from './ports.ts';
import { resultPartitionKey, type StreamRecord } from './result-publisher.ts';

/** What became of what was pending; what is in neither was refused, and stays pending. */
export interface Published<T> {
  readonly told: ReadonlySet<T>;
  /** With the id of the digest that it was left to. */
  readonly digested: ReadonlyMap<T, string>;
}

export class Publisher {
  readonly #ports: Ports;
  readonly #pipeline: string;
  readonly #counts: MessageCounts;

  constructor(ports: Ports, pipeline: string) {
    this.#ports = ports;
    this.#pipeline = pipeline;
    this.#counts = new MessageCounts(ports, pipeline);
  }

  async publish<T extends Untold>(pending: readonly T[]): Promise<Published<T>> {
    const results = pending.filter(({ record }) => record.isResult);
    const alerts = results.length === 0 ? pending : pending.filter(({ record }) => !record.isResult);
    const [put, { told, digested }] = await Promise.all([this.#putRevisions(results), this.#tellPeople(alerts)]);
    return { told: results.length === 0 ? told : new Set([...told, ...put]), digested };
  }

  publishDigests(rules: ReadonlyMap<string, RulePlan>, items: readonly Item[]): Promise<number> {
    return this.#counts.publishDigests(rules, items);
  }

  async #tellPeople<T extends Untold>(pending: readonly T[]): Promise<Published<T>> {
    if (pending.length === 0) return { told: new Set(), digested: new Map() };
    const { single, digested } = await this.#counts.admit(pending);
    const messages = single.map(({ record }) => alertMessage(this.#pipeline, record));
    const failed = messages.length === 0 ? new Set() : await this.#ports.publish(messages);
    const told = new Set(single.filter((_, i) => !failed.has(messages[i]?.id ?? '')));
    if (failed.size > 0) await this.#counts.takeBack(single.filter((one) => !told.has(one)));
    return { told, digested };
  }

  /** Answers those that lie in their streams. */
  async #putRevisions<T extends Untold>(pending: readonly T[]): Promise<readonly T[]> {
    const byStream = new Map<string, Map<StreamRecord, T>>();
    for (const one of pending) {
      const stream = one.plan.revisesInto ?? '';
      const data = JSON.stringify(revisionRecord(stream, one.record));
      const same = byStream.get(stream) ?? new Map<StreamRecord, T>();
      byStream.set(stream, same.set({ partitionKey: resultPartitionKey(one.record.content), data }, one));
    }
    const put = await Promise.all(
      [...byStream].map(async ([stream, some]) => {
        const refused = await this.#ports.putRevisions?.(stream, [...some.keys()]);
        return [...some].flatMap(([record, one]) => (refused?.has(record) === false ? [one] : []));
      }),
    );
    return put.flat();
  }
}
