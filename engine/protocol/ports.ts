/** What the protocol needs from outside. The functions give it AWS, tests and the simulator what they like. */
import type { AlertMessage } from '../alert/message.ts';
import type { EpochMillis } from '../time.ts';
import type { ItemStore } from './item.ts';
import type { StreamRecord } from './result-publisher.ts';

export interface Ports {
  readonly state: ItemStore;
  readonly alerts: ItemStore;
  /** Publishes messages; answers the ids of those that failed. */
  publish(messages: readonly AlertMessage[]): Promise<ReadonlySet<string>>;
  /**
   * Puts revisions of results into a stream of the pipeline; answers those that are not there. It is asked for only where
   * rules have results that are revised.
   */
  putRevisions?(stream: string, records: readonly StreamRecord[]): Promise<ReadonlySet<StreamRecord>>;
  /** Keeps rejected events; the same name with the same content may be written again. */
  deadLetter(prefix: 'invalid' | 'late', name: string, lines: readonly string[]): Promise<void>;
  now(): EpochMillis;
}
