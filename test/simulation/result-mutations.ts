/** The product broken in what it does of results that rules read, and of those for readers outside. */
import type { Mutation } from './mutations.ts';

export const resultMutations: readonly Mutation[] = [
  {
    name: 'a result that comes again counts again',
    file: 'engine/protocol/admission.ts',
    edits: [
      [
        '(isOfResult(event) && (pane.stored?.ids.has(identityOf(event)) === true || state.windows.keeps(event))),',
        '(isOfResult(event) && pane.stored === undefined && identityOf(event) === ""),',
      ],
    ],
  },
  {
    name: 'results are said to be complete before they are put',
    file: 'engine/protocol/advance-time.ts',
    edits: [
      [
        'let closing = rules',
        `for (const rule of rules.filter(({ plan: { into } }) => into !== undefined))
           complete.set(rule.index, resultsUntil(rule, timeToTell(rule)));
         unsaid = await putWatermarks(streamPort, unsaid, streams, complete);
         let closing = rules`,
      ],
    ],
  },
  {
    name: 'a silent shard of results holds no watermark back',
    file: 'engine/protocol/advance-time.ts',
    edits: [['const idleAfter = resultsOf === undefined ? plan.idleAfter : endless;', 'const { idleAfter } = plan;']],
  },
  {
    name: 'an event that another writer has not seen arms no pane for its match',
    file: 'engine/state/match-closings.ts',
    edits: [['const own = this.firstOf(', 'const own = begin > 0 ? undefined : this.firstOf(']],
  },
  {
    name: 'a result that is amended is not told again',
    file: 'engine/alert/alert.ts',
    edits: [["goesOn || identity.isResult === true ? 'amended'", "goesOn ? 'amended'"]],
  },
  {
    name: 'results that a stream refuses are taken as told',
    file: 'engine/protocol/publisher.ts',
    edits: [
      ['refused?.has(record) === false ? [one] : []', 'refused === undefined || record === undefined ? [] : [one]'],
    ],
  },
];
