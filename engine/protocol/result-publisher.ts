/**
 * Puts the final results of a rule into its derived stream, in the place of alerts: whoever closes windows puts them
 * there first, and only then marks the windows as told. A run that dies in between has the next one put them again, under
 * the same ids, which their readers know.
 */
import { shortHash } from '../alert/identity.ts';
import { canonicalJson } from '../aggregate/value.ts';
import { watermarkRecord, resultRecord } from '../intake/result-record.ts';
import type { StreamPlan } from '../plan/plan.ts';
import { readAlertSortKey } from '../state/alert-name.ts';
import type { WindowedRule } from '../state/compiled-rule.ts';
import { type Result, resultOf } from '../state/result.ts';
import { beginningOfTime, type EpochMillis, smallest } from '../time.ts';
import type { AlertStore, KnownAlert, Told, Wanted } from './alert-store.ts';
import type { StreamShards } from './shard-watermarks.ts';

/** What is put into a stream. */
export interface StreamRecord {
  readonly partitionKey: string;
  /** The hash key of the shard that it is for; absent: that of the partition key. */
  readonly hashKey?: string;
  /** JSON. */
  readonly data: string;
}

export interface StreamPort {
  /** Puts records into a stream of the pipeline, in their order; throws where it cannot. */
  put(stream: string, records: readonly StreamRecord[]): Promise<void>;
}

/** The results of one key lie on one shard. */
export function resultPartitionKey({ key }: Pick<Result, 'key'>): string {
  return shortHash(canonicalJson(Object.values(key)));
}

/** Where the results of windows go that close. */
export type Outlet = Pick<AlertStore, 'read' | 'readAll' | 'settle'>;

export class ResultPublisher implements Outlet {
  readonly #rule: WindowedRule;
  readonly #port: StreamPort;
  readonly #isRead: boolean;

  /** `isRead`: whether a rule reads the stream. What a rule in shadow finds is told to nobody else. */
  constructor(rule: WindowedRule, port: StreamPort, isRead: boolean) {
    this.#rule = rule;
    this.#port = port;
    this.#isRead = isRead;
  }

  /** Nothing is known of results but that their windows are not told. */
  read(): Promise<KnownAlert[]> {
    return Promise.resolve([]);
  }

  readAll(): Promise<KnownAlert[]> {
    return Promise.resolve([]);
  }

  async settle(wanted: readonly Wanted[]): Promise<Told> {
    const rule = this.#rule;
    const told = { opened: 0, amended: 0, withdrawn: 0 };
    if (!rule.plan.live && !this.#isRead) return told;
    const records = wanted.flatMap(({ key: { pk, sk }, content }): StreamRecord[] => {
      if (content === undefined) return [];
      const result = resultOf(rule, pk, readAlertSortKey(sk), content);
      return [{ partitionKey: resultPartitionKey(result), data: JSON.stringify(resultRecord(result)) }];
    });
    if (records.length > 0) await this.#port.put(rule.plan.into ?? '', records);
    return told;
  }
}

/**
 * Says in every open shard of the streams up to when their results are complete, where the shard does not know it yet.
 * `complete` says it of rules, by position, all of whose results up to then have been put. Answers the streams of which
 * it does not say it of all rules.
 */
export async function putWatermarks(
  port: StreamPort,
  streams: readonly StreamPlan[],
  shards: ReadonlyMap<string, StreamShards>,
  complete: ReadonlyMap<number, EpochMillis>,
): Promise<readonly StreamPlan[]> {
  const isComplete = ({ resultsOf = [] }: StreamPlan): boolean => resultsOf.every((rule) => complete.has(rule));
  for (const { name: stream, resultsOf = [] } of streams.filter(isComplete)) {
    const at = smallest(resultsOf.map((rule) => complete.get(rule)));
    if (at === undefined || !Number.isFinite(at)) continue;
    const { listed = [], records } = shards.get(stream) ?? {};
    const knows = (shard: string): boolean => (records?.get(shard)?.newest ?? beginningOfTime) >= at;
    const data = JSON.stringify(watermarkRecord(stream, at));
    const missing = listed
      .filter(({ id, closed }) => !closed && !knows(id))
      .map(({ firstHash = '0' }): StreamRecord => ({ partitionKey: ofWatermarks, hashKey: firstHash, data }));
    if (missing.length > 0) await port.put(stream, missing);
  }
  return streams.filter((stream) => !isComplete(stream));
}

const ofWatermarks = '@watermark';
