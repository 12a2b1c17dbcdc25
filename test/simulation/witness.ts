/** Sees every write and every message, and says what must never be, however briefly. */
import { alertId } from '../../engine/alert/identity.ts';
import { readAlert } from '../../engine/protocol/alert-body.ts';
import type { AlertRecord } from '../../engine/alert/alert.ts';
import type { Attributes } from '../../local/dynamodb/attribute-value.ts';
import { compareSequenceNumbers } from '../../engine/aggregate/order.ts';
import { readShardRecord } from '../../engine/protocol/shard-record.ts';
import { compiledRules, isWindowed } from '../../engine/state/compiled-rule.ts';
import type { Compiled } from '../../engine/plan/program.ts';
import type { Item } from '../../engine/protocol/item.ts';
import type { EpochSeconds } from '../../engine/time.ts';
import type { Told } from './outlets.ts';
import type { TableName } from './tables.ts';

export function itemOf(attributes: Attributes): Item {
  return {
    pk: attributes['pk']?.S ?? '',
    sk: attributes['sk']?.S ?? '',
    version: Number(attributes['version']?.N),
    body: attributes['body']?.S ?? '',
    ttl: Number(attributes['ttl']?.N) as EpochSeconds,
  };
}

/** What more events can only add to: its alerts are withdrawn only where two become one. */
export interface GrowingRules {
  /** Rules whose windows are alerts of their own. */
  readonly single: ReadonlySet<string>;
  /** Rules whose windows join to episodes. */
  readonly joined: ReadonlySet<string>;
}

/**
 * `threshold` alone does not say so: it may be asked for a condition that turns false again, and of a window that loses
 * events to later ones, or is of each event. Such an alert is withdrawn and reopened for good reason.
 */
export function growingRules(compiled: Compiled): GrowingRules {
  const growing = compiledRules(compiled).filter(({ plan }) => plan.growing && plan.emit === 'threshold');
  const names = (joins: boolean): ReadonlySet<string> =>
    new Set(growing.filter((rule) => isWindowed(rule) && rule.joins === joins).map(({ plan }) => plan.name));
  return { single: names(false), joined: names(true) };
}

/** Rules of which alerts follow from what did not come: those of a sequence all, of a join those of one event. */
export function absenceRules(compiled: Compiled): ReadonlyMap<string, 'sequence' | 'join'> {
  return new Map(
    compiledRules(compiled).flatMap((rule) => {
      const kind = isWindowed(rule) && rule.form.closesByWindow ? rule.window.kind : undefined;
      return kind === 'sequence' || kind === 'join' ? [[rule.plan.name, kind] as const] : [];
    }),
  );
}

export class Witness {
  readonly violations: string[] = [];
  /** Alerts of growing rules whose windows join, as they were reopened. */
  readonly reopened: AlertRecord[] = [];
  /** `id revision status` of what a record said was to be told. */
  readonly #claimed = new Set<string>();
  readonly #told = new Set<string>();
  readonly #alerts = new Map<string, AlertRecord>();
  readonly #watermarks = new Map<string, number>();
  readonly #growing: GrowingRules;
  readonly #absences: ReadonlyMap<string, 'sequence' | 'join'>;
  readonly #finished = new Map<string, { readonly finished: string; readonly newest: number }>();

  constructor(growing: GrowingRules, absences: ReadonlyMap<string, 'sequence' | 'join'>) {
    this.#growing = growing;
    this.#absences = absences;
  }

  wrote(table: TableName, attributes: Attributes): void {
    const item = itemOf(attributes);
    if (item.pk.startsWith('@limit#')) this.#claimed.add(`${alertId(item.pk, item.sk)} ${item.version} digest`);
    else if (table === 'alerts') this.#wroteAlert(item);
    else if (item.pk === '@watermarks') this.#wroteWatermarks(item);
    else if (item.pk.startsWith('@shards#')) this.#wroteShard(item);
  }

  told({ id, revision, status }: Told): void {
    const what = `${id} ${revision} ${status}`;
    if (!this.#claimed.has(what)) this.violations.push(`told what no record says: ${what}`);
    this.#told.add(what);
  }

  #wroteAlert(item: Item): void {
    const { record } = readAlert(item);
    if (record === undefined) return;
    const before = this.#alerts.get(record.id);
    this.#alerts.set(record.id, record);
    this.#checkAbsence(item, record);
    if (record.pending !== undefined) this.#claimed.add(`${record.id} ${record.revision} ${record.pending}`);
    if (record.status === 'withdrawn' && this.#growing.single.has(record.rule))
      this.violations.push(`withdrawn, though events only add to it: ${record.rule} ${record.id}`);
    if (record.pending === 'reopened' && this.#growing.joined.has(record.rule)) this.reopened.push(record);
    if (before === undefined) return;
    if (record.revision < before.revision || record.revision > before.revision + 1)
      this.violations.push(`alert ${record.id} goes from revision ${before.revision} to ${record.revision}`);
    if (before.pending === undefined || record.pending !== undefined) return;
    const told = `${before.id} ${before.revision} ${before.pending}`;
    if (!this.#told.has(told) && record.digest === undefined)
      this.violations.push(`marked as published and never told: ${told}`);
    if (record.revision !== before.revision) this.violations.push(`left out without being told: ${told}`);
  }

  /** What did not come is known up to the watermark. */
  #checkAbsence({ pk }: Item, { rule, id, status, content: { window, events } }: AlertRecord): void {
    const kind = this.#absences.get(rule);
    if (kind === undefined || status === 'withdrawn' || window === undefined) return;
    if (kind === 'join' && events.length > 1) return;
    const watermark = this.#watermarks.get(pk.split('#', 2).join('#')) ?? Number.NEGATIVE_INFINITY;
    if (window.end > watermark) this.violations.push(`stands before the watermark has passed it: ${rule} ${id}`);
  }

  #wroteWatermarks(item: Item): void {
    const { rules } = JSON.parse(item.body) as { readonly rules: Readonly<Record<string, number>> };
    for (const [rule, before] of this.#watermarks)
      if (!((rules[rule] ?? Number.NEGATIVE_INFINITY) >= before))
        this.violations.push(`the watermark of ${rule} goes back from ${before} to ${String(rules[rule])}`);
    for (const [rule, at] of Object.entries(rules)) this.#watermarks.set(rule, at);
  }

  #wroteShard(item: Item): void {
    const { finished, newest = Number.NEGATIVE_INFINITY } = readShardRecord(item).record;
    const name = `${item.pk} ${item.sk}`;
    const before = this.#finished.get(name);
    if (before !== undefined && compareSequenceNumbers(finished, before.finished) < 0)
      this.violations.push(`${name} goes back from ${before.finished} to ${finished}`);
    if (before !== undefined && newest < before.newest)
      this.violations.push(`the newest event of ${name} goes back from ${before.newest} to ${newest}`);
    this.#finished.set(name, { finished, newest });
  }
}
