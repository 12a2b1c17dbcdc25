/**
 * Which dead letters are repeats: of events that were counted as they came, or of others that were put back. A shard
 * knows by its position what came before; a letter can be put back at any time, so it is a repeat where another record
 * of its id was counted within the horizon on either side of it. What is put back is claimed first, for its rule and
 * id, in an item of its own that only one can put: so of letters of one event one is put back, whoever does it and
 * however often, and a call that was given up can be made again.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { shortHash } from '../alert/identity.ts';
import type { InputRecord } from '../intake/input-record.ts';
import type { KeyedTouch } from '../intake/receiver.ts';
import { idHash, type KnownIds } from '../intake/recent-ids.ts';
import type { Plan } from '../plan/plan.ts';
import type { EpochMillis, EpochSeconds } from '../time.ts';
import type { Item, ItemKey, ItemStore } from './item.ts';
import { idsTimeToLive } from './retention.ts';
import { shardRecordKey } from './shard-record.ts';
import { idsBetween, idsItems, type IdsPlace, idsRemembered, ofRedrive } from './stored-ids.ts';

/** A letter's id, where a rule that would count its event asked for it. */
interface AskedId {
  readonly record: InputRecord;
  readonly id: string;
  readonly arrival: EpochMillis;
  readonly place: IdsPlace;
}

const format = 1;
const mostRounds = 100;
const claimName = 'claims';

/** What of a rule and id was put back: when each record arrived, and which it is. */
interface ClaimBody {
  readonly v: number;
  readonly claims: readonly (readonly [arrival: EpochMillis, record: string])[];
}

/** Letters of one rule and id. */
interface LettersOfId {
  readonly key: ItemKey;
  readonly kept: IdsPlace['kept'];
  readonly all: (readonly [KeyedTouch, AskedId])[];
}

interface LettersGiven {
  readonly rejectedWhole: ReadonlySet<InputRecord>;
  /** What cannot be counted now claims nothing, and is a repeat where another letter of its event was counted. */
  readonly isRefused: (keyed: KeyedTouch) => boolean;
}

export class RedrivenIds {
  readonly #plan: Plan;
  readonly #asked = new Map<InputRecord, AskedId>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Takes the id of a letter that is read. */
  of(record: InputRecord): KnownIds | undefined {
    const remembered = idsRemembered(this.#plan, record.stream);
    if (remembered === undefined) return undefined;
    const place = { ...remembered, shard: record.shard };
    return {
      isRepeat: (id, arrival) => {
        this.#asked.set(record, { record, id, arrival, place });
        return false;
      },
    };
  }

  /**
   * Those of the touches that are repeats; the others are claimed, unless they are refused or it is a `dryRun`.
   * `rejectedWhole` are the letters that were counted by no rule when they came.
   */
  async repeats(
    store: ItemStore,
    touches: readonly KeyedTouch[],
    { rejectedWhole, isRefused }: LettersGiven,
    { now, dryRun }: { readonly now: EpochMillis; readonly dryRun: boolean },
  ): Promise<ReadonlySet<KeyedTouch>> {
    const counted = await this.#counted(store);
    const repeats = new Set<KeyedTouch>();
    const open = new Map<KeyedTouch, AskedId>();
    for (const keyed of touches) {
      const asked = this.#asked.get(keyed.record);
      if (asked === undefined) continue;
      const { arrival, place } = asked;
      // A letter of one rule may have been counted by others: then its own id is among those of its shard.
      const isOther = (at: EpochMillis): boolean => at !== arrival || rejectedWhole.has(keyed.record);
      const known = counted.get(`${place.stream} ${idHash(asked.id)}`) ?? [];
      if (known.some((at) => isOther(at) && Math.abs(at - arrival) <= place.within)) repeats.add(keyed);
      else open.set(keyed, asked);
    }
    for (const keyed of await this.#claim(store, open, isRefused, { now, dryRun })) repeats.add(keyed);
    if (!dryRun) {
      const put = new Set(
        [...open].flatMap(([keyed, asked]) => (repeats.has(keyed) || isRefused(keyed) ? [] : [asked])),
      );
      const items = [...put].flatMap(({ record: { sequenceNumber }, id, arrival, place }) =>
        idsItems(place, [{ id, arrival, sequenceNumber }], now, ofRedrive),
      );
      if (items.length > 0) await store.put(items);
    }
    return repeats;
  }

  /** When the ids of letters were counted as they came, by stream and hash, on any shard. */
  async #counted(store: ItemStore): Promise<ReadonlyMap<string, readonly EpochMillis[]>> {
    const counted = new Map<string, EpochMillis[]>();
    const asked = [...this.#asked.values()].sort((a, b) => a.arrival - b.arrival);
    for (const { id, place } of asked) counted.set(`${place.stream} ${idHash(id)}`, []);
    const spans: { readonly place: IdsPlace; readonly from: EpochMillis; to: EpochMillis }[] = [];
    for (const { place, arrival } of asked) {
      const from = (arrival - place.within) as EpochMillis;
      const to = (arrival + place.within) as EpochMillis;
      const before = spans.findLast((span) => span.place.stream === place.stream);
      if (before !== undefined && from <= before.to) before.to = to;
      else spans.push({ place, from, to });
    }
    for (const { place, from, to } of spans) {
      const shards = await store.query(shardRecordKey(place.stream, '').pk);
      const found = await Promise.all(shards.map(({ sk: shard }) => idsBetween(store, { ...place, shard }, from, to)));
      for (const [hash, arrival] of found.flat()) counted.get(`${place.stream} ${hash}`)?.push(arrival);
    }
    return counted;
  }

  /** Claims what nobody else has; answers the others. */
  async #claim(
    store: ItemStore,
    asked: ReadonlyMap<KeyedTouch, AskedId>,
    isRefused: LettersGiven['isRefused'],
    { now, dryRun }: { readonly now: EpochMillis; readonly dryRun: boolean },
  ): Promise<readonly KeyedTouch[]> {
    const groups = new Map<string, LettersOfId>();
    for (const one of [...asked].sort(([, a], [, b]) => inOrder(a, b))) {
      const [keyed, { id, place }] = one;
      const { name = '', fingerprint = '' } = this.#plan.rules[keyed.rule] ?? {};
      const key = { pk: `@redriven#${name}#${fingerprint}#${place.stream}#${idHash(id)}`, sk: claimName };
      const group = groups.get(key.pk) ?? { key, kept: place.kept, all: [] };
      groups.set(key.pk, group);
      group.all.push(one);
    }
    const repeats = new Map<string, KeyedTouch[]>();
    let stored = new Map((await store.get([...groups.values()].map(({ key }) => key))).map((item) => [item.pk, item]));
    let open = [...groups.values()];
    for (let round = 0; open.length > 0; round++) {
      if (round === mostRounds) throw new Error(`others put the same letters back ${mostRounds} times in a row`);
      const puts = open.flatMap(({ key, kept, all }) => {
        const known = stored.get(key.pk);
        const { claims, lost } = claimed(known === undefined ? [] : readClaims(known), all, isRefused);
        repeats.set(key.pk, lost);
        return claims === undefined ? [] : [claimItem(key, claims, known, idsTimeToLive(kept, now, now))];
      });
      const conflicts = dryRun || puts.length === 0 ? [] : await store.put(puts);
      stored = new Map(conflicts.flatMap(({ current }) => (current === undefined ? [] : [[current.pk, current]])));
      open = conflicts.flatMap(({ item }) => groups.get(item.pk) ?? []);
    }
    return [...repeats.values()].flat();
  }
}

/** The claims with those added that can be made, undefined where none is new, and whose event is another's. */
function claimed(
  before: ClaimBody['claims'],
  all: LettersOfId['all'],
  isRefused: LettersGiven['isRefused'],
): { readonly claims: ClaimBody['claims'] | undefined; readonly lost: KeyedTouch[] } {
  const claims = [...before];
  const lost: KeyedTouch[] = [];
  const refusedLast = [...all.filter(([keyed]) => !isRefused(keyed)), ...all.filter(([keyed]) => isRefused(keyed))];
  for (const [keyed, { record, arrival, place }] of refusedLast) {
    const name = nameOf(record);
    if (claims.some(([, other]) => other === name)) continue;
    if (claims.some(([at]) => Math.abs(at - arrival) <= place.within)) lost.push(keyed);
    else if (!isRefused(keyed)) claims.push([arrival, name]);
  }
  return { claims: claims.length > before.length ? claims : undefined, lost };
}

function claimItem(key: ItemKey, claims: ClaimBody['claims'], known: Item | undefined, ttl: EpochSeconds): Item {
  const body: ClaimBody = { v: format, claims };
  return { ...key, version: (known?.version ?? 0) + 1, body: JSON.stringify(body), ttl };
}

function readClaims(item: Item): ClaimBody['claims'] {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, claims } = JSON.parse(item.body) as ClaimBody;
  if (v !== format) throw new Error(`claims are stored in format ${v}; this version of Weir reads format ${format}`);
  return claims;
}

function nameOf({ shard, sequenceNumber }: InputRecord): string {
  return shortHash(`${shard}/${sequenceNumber}`);
}

function inOrder(a: AskedId, b: AskedId): number {
  if (a.arrival !== b.arrival) return a.arrival - b.arrival;
  if (a.record.shard !== b.record.shard) return a.record.shard < b.record.shard ? -1 : 1;
  return compareSequenceNumbers(a.record.sequenceNumber, b.record.sequenceNumber);
}
