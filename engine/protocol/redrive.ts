/**
 * Puts dead letters back, for the rule that could not take them and nobody else, as if their events had come in time.
 *
 * Their sequence numbers lie below every progress, so what was put back is known by identity: a log tells of itself,
 * any other pane keeps the identities beside its aggregates. What a producer sent twice is known by its id besides. A
 * key that one shard owns has one pane, which is put here on its version, as by a process of the shard that was given
 * up; the owner learns of it by the shard's record. Keys that several shards write have a pane of their own for what
 * was put back.
 */
import type { Reader } from '../intake/audience.ts';
import type { InputRecord } from '../intake/input-record.ts';
import { Intake } from '../intake/intake.ts';
import { nameOfRows } from '../intake/kept-rows.ts';
import { Collected, type KeyedTouch } from '../intake/receiver.ts';
import type { Plan } from '../plan/plan.ts';
import type { Compiled } from '../plan/program.ts';
import { type CompiledRule, compiledRules, type WindowedRule } from '../state/compiled-rule.ts';
import { KeyedStates } from '../state/keyed-states.ts';
import { identityOf } from '../state/touch.ts';
import { type EpochMillis, smallest } from '../time.ts';
import { AlertStore, type Told } from './alert-store.ts';
import { BatchFold } from './batch-fold.ts';
import { type ItemStore, withPut } from './item.ts';
import { LoadedTables } from './loaded-tables.ts';
import { isOwned } from './pane-store.ts';
import type { Ports } from './ports.ts';
import { RedriveAdmission, redriveWriter } from './redrive-admission.ts';
import { redriveStateless } from './redrive-stateless.ts';
import { RedrivenIds } from './redriven-ids.ts';
import { learnBegins, setBegins } from './rule-begins.ts';
import { dropMemories, unfinishedRecords } from './shard-memories.ts';
import { settleShared, unsettled } from './settle-shared.ts';
import { statelessMatches } from './stateless-matches.ts';
import { readBegins, readTimes, watermarkKey } from './watermarks.ts';

export interface DeadLetter {
  readonly record: InputRecord;
  /** The rule or table (`tables.NAME`) that could not take the event; absent where none could: then it is for all. */
  readonly rule?: string;
  /** The ids of other events of the record that the rule got; absent: there were none. */
  readonly except?: readonly string[];
}

export interface RedriveOptions {
  /** Also events that are late, as long as all that their windows follow from is kept. */
  readonly late: boolean;
  /** Only for this rule. */
  readonly rule?: string;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
}

/** What came of one dead letter, by rule. One that no rule takes any more has nothing of either. */
export interface LetterOutcome {
  readonly putBack: string[];
  /** Rules that have counted the event before. */
  readonly alreadyThere: string[];
  readonly refused: { readonly rule?: string; readonly reason: string }[];
}

export interface RedriveReport {
  /** In the order of the letters. */
  readonly letters: readonly LetterOutcome[];
  readonly told: Told;
}

/** What letters mean to a rule, and where it is said what came of it. */
export interface Redriven {
  readonly rules: readonly (CompiledRule | WindowedRule)[];
  readonly outcome: (record: InputRecord) => LetterOutcome;
}

const nothingTold: Told = { opened: 0, amended: 0, withdrawn: 0 };

/** Throws where a service fails: the same letters can be put back again, and what was done is found done. */
export async function redrive(
  compiled: Compiled,
  ports: Ports,
  letters: readonly DeadLetter[],
  options: RedriveOptions,
): Promise<RedriveReport> {
  const { plan } = compiled;
  const rules = compiledRules(compiled);
  const outcomes = letters.map((): LetterOutcome => ({ putBack: [], alreadyThere: [], refused: [] }));
  const byRecord = new Map(letters.map(({ record }, i) => [record, outcomes[i]]));
  const outcome = (record: InputRecord): LetterOutcome => {
    const found = byRecord.get(record);
    if (found === undefined) throw new Error('what was read is of no letter');
    return found;
  };
  const found = new Collected();
  const ids = new RedrivenIds(plan);
  let reading: InputRecord | undefined;
  const records = letters.map(({ record }) => record);
  const tables = await LoadedTables.read(compiled, ports.state, records);
  const intake = new Intake(compiled, found, () => reading && ids.of(reading), tables);
  const unfinished = await unfinishedRecords(ports.state, records);
  for (const { record, rule = options.rule, except } of letters) {
    const only = rule === undefined ? undefined : readerOf(plan, rule);
    if (only === null) outcome(record).refused.push({ reason: noReader(rule ?? '') });
    else if (unfinished.has(record)) outcome(record).refused.push({ reason: notFinished });
    else intake.read((reading = record), only, new Set(except));
  }
  if (!options.dryRun) await tables?.keep(ports.now());
  for (const { table, isNew, record } of found.rows) {
    const { putBack, alreadyThere } = outcome(record);
    (isNew ? putBack : alreadyThere).push(nameOfRows(plan, table));
  }
  for (const { record, rule, reason } of found.rejections)
    outcome(record).refused.push({ ...(rule !== undefined && { rule }), reason });

  const alerts = new AlertStore(ports, plan.pipeline);
  const redriven: Redriven = { rules, outcome };
  const stateless = statelessMatches(rules, found.matches);
  const told = [await redriveStateless(redriven, alerts, found.matches, stateless.wanted, options.dryRun)];
  const touches = [...found.touches, ...stateless.touches];
  const rejectedWhole = new Set(letters.flatMap(({ record, rule }) => (rule === undefined ? [record] : [])));
  const repeatsOf: RepeatsOf = (touches, isRefused) =>
    ids.repeats(ports.state, touches, { rejectedWhole, isRefused }, { now: ports.now(), dryRun: options.dryRun });
  told.push(await redriveTouches(compiled, redriven, ports, alerts, touches, { ...options, repeatsOf }));
  return { letters: outcomes, told: sum(told) };
}

/** Whom a dead letter names; null where there is none any more. */
function readerOf(plan: Plan, name: string): Reader | null {
  const rule = plan.rules.findIndex((one) => one.name === name);
  if (rule !== -1) return { rule };
  const table = (plan.tables ?? []).findIndex((one, i) => 'keep' in one && nameOfRows(plan, i) === name);
  return table === -1 ? null : { table };
}

function noReader(name: string): string {
  const [, table] = /^tables\.(.*)$/.exec(name) ?? [];
  return table === undefined
    ? `the pipeline has no rule "${name}" that is on`
    : `the pipeline has no table "${table}" of a stream`;
}

/** Which events were counted before, or put back, by another record; the others are claimed, unless they are refused. */
type RepeatsOf = (
  touches: readonly KeyedTouch[],
  isRefused: (keyed: KeyedTouch) => boolean,
) => Promise<ReadonlySet<KeyedTouch>>;

const notFinished = 'the batch that it came in is not finished: it may still be delivered again and count then';

async function redriveTouches(
  { plan }: Compiled,
  { rules, outcome }: Redriven,
  ports: Ports,
  alerts: AlertStore,
  all: readonly KeyedTouch[],
  { late, dryRun, repeatsOf }: RedriveOptions & { readonly repeatsOf: RepeatsOf },
): Promise<Told> {
  const nameOf = ({ rule }: KeyedTouch): string => plan.rules[rule]?.name ?? '';
  const touches = new Map<string, KeyedTouch>();
  const again: (readonly [name: string, keyed: KeyedTouch])[] = [];
  for (const keyed of all) {
    const name = `${keyed.rule} ${identityOf(keyed.touch.event)}`;
    // A late event is written to the dead letters twice where its batch came again.
    if (touches.has(name)) again.push([name, keyed]);
    else touches.set(name, keyed);
  }
  if (touches.size === 0) return nothingTold;
  const now = ports.now();
  const [published] = await ports.state.get([watermarkKey]);
  const times = readTimes(plan, published);
  setBegins(rules, readBegins(plan, published));
  const folded = async (some: readonly KeyedTouch[], store: ItemStore) => {
    const admission = new RedriveAdmission({ times, late, now });
    const states = new KeyedStates(rules);
    await admission.read(ports.state, rules, states, some);
    const fold = new BatchFold({
      rules,
      states,
      store,
      writer: redriveWriter,
      admission,
      // What others have written since is not known here: everything is read.
      horizon: Number.POSITIVE_INFINITY as EpochMillis,
      now,
      // What does not come to its end is told again as a whole, and what was done is found done.
      timeLeft: () => 1,
      letter: async () => undefined,
    });
    return { admission, fold, changes: await fold.apply(fold.changes(some)) };
  };
  const readOnly = withPut(ports.state, async () => []);
  // What is refused must not stand in the way of another letter of its event, so that is found out before any is claimed.
  const tried = await folded([...touches.values()], readOnly);
  const repeats = await repeatsOf([...touches.values()], (keyed) => tried.fold.rejection(keyed) !== undefined);
  for (const [name, keyed] of touches) {
    if (!repeats.has(keyed)) continue;
    outcome(keyed.record).alreadyThere.push(nameOf(keyed));
    touches.delete(name);
  }
  const taken = [...touches.values()].filter((keyed) => tried.fold.rejection(keyed) === undefined);
  if (!dryRun)
    await learnBegins(plan, rules, ports.state, published, ({ index }) =>
      smallest(taken.flatMap(({ rule, touch }) => (rule === index ? [touch.event.t] : []))),
    );
  const { admission, fold, changes } = await folded(taken, dryRun ? readOnly : ports.state);
  const rejectionOf = (keyed: KeyedTouch) => tried.fold.rejection(keyed) ?? fold.rejection(keyed);
  for (const keyed of touches.values()) {
    const { putBack, alreadyThere, refused } = outcome(keyed.record);
    const rejection = rejectionOf(keyed);
    if (rejection !== undefined) refused.push({ rule: nameOf(keyed), reason: rejection.reason });
    else if (admission.wasThere(keyed)) alreadyThere.push(nameOf(keyed));
    else putBack.push(nameOf(keyed));
  }
  for (const [name, keyed] of again) {
    const first = touches.get(name);
    const rejection = first && rejectionOf(first);
    const { alreadyThere, refused } = outcome(keyed.record);
    if (rejection === undefined) alreadyThere.push(nameOf(keyed));
    else refused.push({ rule: nameOf(keyed), reason: rejection.reason });
  }
  if (dryRun) return nothingTold;
  // An owner that has told its alerts before this is put right by what follows, and one that tells them after by itself.
  // Whoever reads on from now on knows the ids that were put back.
  await dropMemories(ports.state, changes);
  // Where windows join, panes name what stands. What follows from a letter and from what an owner had put by now, without
  // knowing of it, is in no pane's name yet, and the owner does not look again before the key's next event.
  const joining = changes.filter(({ rule }) => rule.joins && isOwned(rule));
  let puts = 0;
  const counted = withPut(ports.state, (items) => {
    puts += items.length;
    return ports.state.put(items);
  });
  const named = await folded(
    joining.flatMap(({ touches }) => touches),
    counted,
  );
  if (puts > 0) await dropMemories(ports.state, named.changes);
  return settleShared(alerts, ports.state, changes.map(unsettled));
}

function sum(told: readonly Told[]): Told {
  return told.reduce((a, b) => ({
    opened: a.opened + b.opened,
    amended: a.amended + b.amended,
    withdrawn: a.withdrawn + b.withdrawn,
  }));
}
