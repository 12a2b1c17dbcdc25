/**
 * The product broken on purpose, one way at a time: each change of its text must be found by some history, or the
 * runner is worth nothing.
 */
import { resultMutations } from './result-mutations.ts';
import { tableMutations } from './table-mutations.ts';

export interface Mutation {
  readonly name: string;
  /** The file, from the root of the project. */
  readonly file: string;
  /** Texts that stand in the file once each, and what stands there instead. */
  readonly edits: readonly (readonly [text: string, replacement: string])[];
}

export const mutations: readonly Mutation[] = [
  ...resultMutations,
  ...tableMutations,
  {
    name: 'puts have no condition on the version',
    file: 'adapters/conditional-writes.ts',
    edits: [
      [' AND "version"=?`', '`'],
      ['{ S: item.sk }, { N: String(item.version - 1) }]', '{ S: item.sk }]'],
    ],
  },
  {
    name: 'a pane takes a record that its progress covers',
    file: 'engine/protocol/admission.ts',
    edits: [['holds(pane, shard, event.sequenceNumber) ||', '']],
  },
  {
    name: 'records are compared with progress that moves while they are folded',
    file: 'engine/protocol/batch-fold.ts',
    edits: [
      [
        'state.add(pane, touch, evaluate);',
        `if (admission.holds(state, pane, keyed)) continue;
         state.add(pane, touch, evaluate);
         if (shard !== undefined) pane.stored?.progress.set(shard, touch.event.sequenceNumber);`,
      ],
    ],
  },
  {
    name: 'alerts are published before their records say so',
    file: 'engine/protocol/alert-store.ts',
    edits: [
      [
        'const conflicts = new Map(',
        `const early = [...puts.values()].filter(({ record }) => record?.pending !== undefined);
         if (early.length > 0)
           await this.#publisher.publish(early.map(({ wanted: { plan }, record }) => ({ plan, record })));
         const conflicts = new Map(`,
      ],
    ],
  },
  {
    name: 'a revision is marked as published where another one was',
    file: 'engine/protocol/alert-store.ts',
    edits: [
      [
        'const lost = new Set((await this.#ports.alerts.put(marks.map(({ item }) => item))).map(({ item }) => item));',
        `const conflicts = await this.#ports.alerts.put(marks.map(({ item }) => item));
         const lost = new Set(conflicts.map(({ item }) => item));
         for (const { item, current } of conflicts) {
           const mark = marks.find((one) => one.item === item);
           const record = current && readAlert(current).record;
           if (mark !== undefined && record !== undefined && current !== undefined)
             await this.#ports.alerts.put([
               this.#item(mark.wanted, { ...record, pending: undefined }, current.version + 1),
             ]);
         }`,
      ],
    ],
  },
  {
    name: 'what could not be published is marked as published',
    file: 'engine/protocol/alert-store.ts',
    edits: [['if (isRefused(one)) return [];', '']],
  },
  {
    name: 'what is beyond the limit is left to a digest that does not know of it',
    file: 'engine/protocol/message-counts.ts',
    edits: [['return { ...body, ...count };', 'return { ...body, told: count.told };']],
  },
  {
    name: 'nobody publishes what was left pending',
    file: 'engine/protocol/pending-pages.ts',
    edits: [
      [
        'const ofSlots = await Promise.all(slots.map((slot) => alerts.due(slot, until, limit)));',
        'const ofSlots: ItemKey[][] = [];',
      ],
    ],
  },
  {
    name: 'panes of a shared key are read before the records of its alerts',
    file: 'engine/protocol/settle-shared.ts',
    edits: [
      [
        `    setRecords(state, await alerts.read(starts.map((start) => alertKey(state, start))));
    await Promise.all(neighbours(rule, starts).map(({ from, to }) => readPanes(store, state, from, to)));`,
        `    await Promise.all(neighbours(rule, starts).map(({ from, to }) => readPanes(store, state, from, to)));
    setRecords(state, await alerts.read(starts.map((start) => alertKey(state, start))));`,
      ],
      [
        `  await readRecords(alerts, state);
  if (!isOwned(rule)) restoreEpisodes(state);
  const first = rule.form.firstChanged(earliest);
  await readPanes(store, state, panesFrom(rule, first));`,
        `  const first = rule.form.firstChanged(earliest);
  await readPanes(store, state, panesFrom(rule, first));
  await readRecords(alerts, state);
  if (!isOwned(rule)) restoreEpisodes(state);`,
      ],
    ],
  },
  {
    name: 'a shared key is settled in one round',
    file: 'engine/protocol/settle-shared.ts',
    edits: [['next.push(...some.filter(({ state }) => changed.has(state.partitionKey)));', '']],
  },
  {
    name: 'memory is trusted whoever wrote the shard last',
    file: 'engine/protocol/stream-processor.ts',
    edits: [['known.owner === stored?.record.owner', 'known.owner !== undefined']],
  },
  {
    name: 'what a pane holds already is not looked at again',
    file: 'engine/protocol/batch-fold.ts',
    edits: [
      ['else if (evaluate && !rule.joins) state.revisit(t, start);', ''],
      ['if (evaluate && repeated !== undefined) state.revisit(repeated, rule.grid.start(repeated));', ''],
    ],
  },
  {
    name: 'what was left for want of time is taken as finished',
    file: 'engine/protocol/stream-processor.ts',
    edits: [
      [
        'const finished = at === -1 ? fresh : fresh.slice(0, at);',
        'const finished = at === -1 ? fresh : fresh.slice(0);',
      ],
    ],
  },
  {
    name: 'a shard that lags does not hold the watermark',
    file: 'engine/protocol/advance-time.ts',
    edits: [
      [
        'if (await shardPort.atTip(stream, shard.id, finished)) atTip.add(shard.id);',
        'await shardPort.atTip(stream, shard.id, finished);\n      atTip.add(shard.id);',
      ],
    ],
  },
  {
    name: 'a new shard does not start at the watermark of its parents',
    file: 'engine/protocol/shard-watermarks.ts',
    edits: [
      [
        'const bounds = (parents.get(id) ?? []).flatMap((parent) => watermarkOf(parent) ?? []);',
        'const bounds: EpochMillis[] = [];',
      ],
      ['else known.set(id, starts ?? (parents.has(id) && !atTip.has(id) ? beginningOfTime : undefined));', ''],
      ['awake.map(({ id }) => known.get(id) ?? beginningOfTime)', 'awake.flatMap(({ id }) => known.get(id) ?? [])'],
    ],
  },
  {
    name: 'what an overtaken process was about to tell stands',
    file: 'engine/protocol/alert-store.ts',
    edits: [['if (next !== undefined || one.fences === true) {', 'if (next !== undefined) {']],
  },
  {
    name: 'a message says nothing',
    file: 'engine/alert/message.ts',
    edits: [['    json,\n    attributes:', "    json: '{}',\n    attributes:"]],
  },
  {
    name: 'a dead letter does not hold its record',
    file: 'engine/protocol/dead-letters.ts',
    edits: [['data: record.data ?? null,', 'data: null,']],
  },
  {
    name: 'what a producer sends again counts again',
    file: 'engine/intake/recent-ids.ts',
    edits: [['if (known !== undefined && arrival - known <= this.#within) return true;', '']],
  },
  {
    name: 'what was left for want of time is a repeat of itself',
    file: 'engine/protocol/stream-processor.ts',
    edits: [['if (unfinished !== undefined) memory.ids = undefined;', '']],
  },
  {
    name: 'a process that begins anew knows no ids',
    file: 'engine/protocol/stored-ids.ts',
    edits: [['if (compareSequenceNumbers(last, finished) > 0) continue;', 'if (finished !== undefined) continue;']],
  },
  {
    name: 'ids of what is not finished are known',
    file: 'engine/protocol/stored-ids.ts',
    edits: [['if (compareSequenceNumbers(last, finished) > 0) continue;', '']],
  },
  {
    name: 'of an event that was sent twice, both letters are put back',
    file: 'engine/protocol/redriven-ids.ts',
    edits: [['if (claims.some(([at]) => Math.abs(at - arrival) <= place.within)) lost.push(keyed);\n    else ', '']],
  },
  {
    name: 'a letter is put back though its event was counted when it came again',
    file: 'engine/protocol/redriven-ids.ts',
    edits: [['isOther(at) && Math.abs(at - arrival) <= place.within', 'isOther(at) && at < 0']],
  },
  {
    name: 'a letter that was put back is put back again',
    file: 'engine/protocol/redrive-admission.ts',
    edits: [['pane.stored?.ids.has(identityOf(event)) === true;', 'false;']],
  },
  {
    name: 'the owner of a key does not learn of what was put back',
    file: 'engine/protocol/redrive.ts',
    edits: [['await dropMemories(ports.state, changes);', '']],
  },
  {
    name: 'a window that follows from others is read without what decides where it begins',
    file: 'engine/state/chain-windows.ts',
    edits: [['since: (name) => (name - chainDecides(max)) as EpochMillis,', 'since: (name) => name,']],
  },
  {
    name: 'an event changes no window after its own',
    file: 'engine/state/chain-windows.ts',
    edits: [
      [
        'pastChanged: (t) => (t + chainChanges(max) + 1) as EpochMillis,',
        'pastChanged: (t) => (t + 1) as EpochMillis,',
      ],
    ],
  },
  {
    name: 'windows that an event was taken out of by an earlier one keep their names',
    file: 'engine/state/chain-log.ts',
    edits: [['while ((this.#windows.at(-1)?.to ?? -1) >= at) this.#windows.pop();', '']],
  },
  {
    name: 'what did not come is told before the watermark has passed it',
    file: 'engine/state/sequence-windows.ts',
    edits: [
      ['return end <= this.#panes.told && first.event.t', 'return first.event.t'],
      [
        "first === subject && (state === 'open' ? closesAlone : end > this.#panes.told),",
        "first === subject && state === 'open' && closesAlone,",
      ],
    ],
  },
  {
    name: 'a match is sought without those before it that leave it out',
    file: 'engine/state/sequence-windows.ts',
    edits: [
      ['since: (name) => (name - decides - back) as EpochMillis,', 'since: (name) => (name - back) as EpochMillis,'],
    ],
  },
  {
    name: 'a match is sought without what must not have come before it',
    file: 'engine/state/sequence-windows.ts',
    edits: [
      ['since: (name) => (name - decides - back) as EpochMillis,', 'since: (name) => (name - decides) as EpochMillis,'],
    ],
  },
  {
    name: 'what an event out of order brings to matches that began before it is not looked for',
    file: 'engine/state/sequence-log.ts',
    edits: [['const since = (t - this.#within + 1) as EpochMillis;', 'const since = t;']],
  },
  {
    name: 'matches with events of other writers are not waited for',
    file: 'engine/state/sequence-windows.ts',
    edits: [['if (own !== undefined) earliest = Math.min(earliest, own.event.t + delay);', '']],
  },
  {
    name: 'an event is told to be alone before the watermark has passed its time',
    file: 'engine/state/join-windows.ts',
    edits: [
      [
        'if (this.#log.over(touch, side) > this.#panes.told || this.#log.hasOther(touch, side)) return false;',
        'if (this.#log.hasOther(touch, side)) return false;',
      ],
      ['      this.#log.over(lone.touch, lone.side) > this.#panes.told', '      lone.touch.event.t < 0'],
    ],
  },
  {
    name: 'an event out of order makes no pair with a later one',
    file: 'engine/state/join-windows.ts',
    edits: [['pastChanged: (t) => (t + reach + 1) as EpochMillis,', 'pastChanged: (t) => (t + 1) as EpochMillis,']],
  },
];
