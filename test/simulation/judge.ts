/** Compares what came of a history with the perfect run, and with what was promised of messages and dead letters. */
import { isoTime } from '../../engine/aggregate/value.ts';
import type { AlertRecord } from '../../engine/alert/alert.ts';
import type { InputRecord } from '../../engine/intake/input-record.ts';
import { Intake } from '../../engine/intake/intake.ts';
import { Collected } from '../../engine/intake/receiver.ts';
import type { Compiled } from '../../engine/plan/program.ts';
import { joinReach } from '../../engine/plan/join-plan.ts';
import { tellsAbsence, type WindowPlan } from '../../engine/plan/plan.ts';
import { looksBack } from '../../engine/plan/sequence-plan.ts';
import { compiledRules, isWindowed, keyOf } from '../../engine/state/compiled-rule.ts';
import { beginningOfTime } from '../../engine/time.ts';
import { asRedriven, orderedRecords, perfectRun } from './perfect.ts';
import type { Arrived, Outcome } from './play.ts';

/** Events are this late at most where a history keeps to the bounds: the smaller of the streams' two. */
const bound = 6 * 60_000;
/** Late events of one rule that may each have been counted or not. */
const mostDoubtful = 8;

/** What differs, a line each; empty where all is as promised. */
export function judge(outcome: Outcome): string[] {
  const { compiled } = outcome;
  const records = orderedRecords(outcome.arrived);
  // Some of what was given up may have been counted, and nobody has settled it: such keys are as they are until it is put back.
  const spoilt = keysOf(
    compiled,
    records.filter(({ sequenceNumber }) => outcome.givenUp.has(sequenceNumber)),
  );
  return [
    ...outcome.violations,
    ...outcome.reopened
      .filter((alert) => !spoilt.has(keyText(alert.rule, alert)))
      .map(({ rule, id }) => `reopened, though events only add to it: ${rule} ${id}`),
    ...compareLetters(outcome, compiled, records),
    ...compareStanding(outcome, compiled, records, spoilt),
    ...compareMessages(outcome, compiled),
  ];
}

function compareStanding(
  outcome: Outcome,
  compiled: Compiled,
  records: readonly InputRecord[],
  spoilt: ReadonlySet<string>,
): string[] {
  const { redriven } = outcome;
  const perfect = perfectRun(compiled, records).alerts;
  const windowed = compiledRules(compiled);
  return compiled.plan.rules.flatMap(({ name, cooldown, sources }, index) => {
    const rule = windowed[index];
    // Which of the events that were late, put back, or given up are in the results of a rule, its readers cannot tell.
    const isOfResults = compiled.plan.streams.some(
      (stream) => stream.resultsOf !== undefined && sources.includes(stream.name),
    );
    const isUncertain = outcome.history.beyondBounds || redriven.size > 0 || outcome.givenUp.size > 0;
    if (isOfResults && (isUncertain || beganBefore(outcome, sources))) return [];
    const sliding = isWindowed(rule) && rule.joins;
    // An episode is named by what came first: results do not come in the order of their times.
    const withIds = !sliding || (outcome.history.inOrder && !isOfResults);
    const counted = redriven.size === 0 ? records : orderedRecords(asRedriven(outcome, name));
    const begin = outcome.begins[index] ?? beginningOfTime;
    const window = isWindowed(rule) ? rule.window : undefined;
    const tellsFinally = isWindowed(rule) && rule.form.closesByWindow && rule.plan.emit === 'final';
    const knowsAbsence = isWindowed(rule) && rule.delay !== undefined && rule.plan.emit !== 'final';
    // What alerts join is seen of them alone: not which of it was before the rule.
    const joinsAbsences = knowsAbsence && cooldown > 0;
    const uncertain = outcome.arrived.filter(({ event }) => joinsAbsences && event.at < begin + backOf(window));
    if (tellsFinally) uncertain.push(...lateForSome(outcome, name));
    const partly = keysOf(compiled, recordsOf(counted, uncertain));
    const isSpoilt = (text: string): boolean => spoilt.has(text) || partly.has(text);
    const of = (alerts: readonly AlertRecord[]): string[] =>
      alerts
        .filter((alert) => alert.rule === name && alert.status !== 'withdrawn' && !isSpoilt(keyText(name, alert)))
        .map((alert) => standingText(alert, withIds))
        .sort();
    const expected = (alerts: readonly AlertRecord[]): string[] =>
      of(
        knowsAbsence && !joinsAbsences
          ? alerts.filter(({ content }) => window === undefined || isKnown(content, window, begin))
          : alerts,
      );
    const found = of(outcome.alerts);
    const late = new Set(
      outcome.letters.flatMap((letter) =>
        letter.prefix === 'late' && letter.rule === name ? [`${letter.stream} ${letter.sequenceNumber}`] : [],
      ),
    );
    const doubtful = [...late].filter((letter) => redriven.get(letter)?.has(name) !== true);
    if (doubtful.length === 0)
      return differences(name, expected(counted === records ? perfect : perfectRun(compiled, counted).alerts), found);
    // A late event may have been counted too, by a process that had read an older watermark.
    const choices = doubtful.length > mostDoubtful ? 1 : 2 ** doubtful.length;
    let first: string[] | undefined;
    for (let choice = 0; choice < choices; choice++) {
      const out = new Set(doubtful.filter((_, i) => (choice & (1 << i)) === 0));
      const kept = counted.filter(({ stream, sequenceNumber }) => !out.has(`${stream} ${sequenceNumber}`));
      const differs = differences(name, expected(perfectRun(compiled, kept).alerts), found);
      if (differs.length === 0) return [];
      first ??= differs;
    }
    return first ?? [];
  });
}

/** True where a rule whose results these streams hold tells what did not come, and an event is older than its begin. */
function beganBefore({ arrived, begins, compiled: { plan } }: Outcome, streams: readonly string[]): boolean {
  const makers = plan.streams.flatMap(({ name, resultsOf = [] }) => (streams.includes(name) ? resultsOf : []));
  return makers.some((maker) => {
    const { window, sources = [] } = plan.rules[maker] ?? {};
    const begin = begins[maker] ?? beginningOfTime;
    return tellsAbsence(window) && arrived.some(({ event }) => sources.includes(event.stream) && event.at < begin);
  });
}

/** What follows from what did not come is told where all of the time in which it could have come is known. */
function isKnown({ window, events }: AlertRecord['content'], plan: WindowPlan, begin: number): boolean {
  if (window === undefined) return true;
  const { start, end } = window;
  if (plan.kind === 'sequence') return start - looksBack(plan) >= begin;
  if (plan.kind !== 'join') return start >= begin;
  // A pair stands whatever came before. The other event of one that is alone could have come from then on, up to the end.
  return events.length > 1 || end - (plan.before + plan.after) >= begin;
}

/** How long before its first event what does not come may have come. */
function backOf(plan: WindowPlan | undefined): number {
  if (plan?.kind === 'sequence') return looksBack(plan);
  return plan?.kind === 'join' ? joinReach(plan) : 0;
}

/**
 * Events may be late for some of the windows that they are in, of which the final results are told, and not for all:
 * those that came later than a history that keeps to the bounds has them, and those that were put back.
 */
function lateForSome({ history, arrived, redriven }: Outcome, rule: string): Arrived[] {
  return arrived.filter(({ event, record }) => {
    const isLate = history.beyondBounds && event.arrival - event.at >= bound;
    return isLate || redriven.get(`${event.stream} ${record.SequenceNumber}`)?.has(rule) === true;
  });
}

/** Those of the records that came as one of these. */
function recordsOf(records: readonly InputRecord[], arrived: readonly Arrived[]): InputRecord[] {
  const names = new Set(arrived.map(({ event, record }) => `${event.stream} ${record.SequenceNumber}`));
  return records.filter(({ stream, sequenceNumber }) => names.has(`${stream} ${sequenceNumber}`));
}

function differences(rule: string, wanted: readonly string[], found: readonly string[]): string[] {
  const rest = [...found];
  const missing = wanted.filter((text) => {
    const at = rest.indexOf(text);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map((text) => `${rule}: should stand and does not: ${text}`),
    ...rest.map((text) => `${rule}: stands and should not:      ${text}`),
  ];
}

function standingText({ id, content }: AlertRecord, withId: boolean): string {
  const { key, window, values, events, at, severity, title } = content;
  return JSON.stringify({
    ...(withId && { id }),
    key,
    window: window && [window.start, window.end].map(isoText),
    at: isoText(at),
    values,
    events: events.map((event) => [event.stream, event.id, isoText(event.at), event.fields]),
    severity,
    title,
  });
}

function isoText(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(5, -1) : String(time);
}

function keyText(rule: string, { content }: Pick<AlertRecord, 'content'>): string {
  return JSON.stringify([rule, content.key]);
}

/** The rules and keys that these records touch. */
function keysOf(compiled: Compiled, records: readonly InputRecord[]): Set<string> {
  const found = new Collected();
  const intake = new Intake(compiled, found, () => undefined);
  for (const record of records) intake.read(record);
  const rules = compiledRules(compiled);
  return new Set(
    [...found.touches, ...found.matches].flatMap(({ rule: index, groups }) => {
      const rule = rules[index];
      return rule === undefined ? [] : [JSON.stringify([rule.plan.name, keyOf(rule, groups)])];
    }),
  );
}

function compareLetters(outcome: Outcome, compiled: Compiled, records: readonly InputRecord[]): string[] {
  const { history, letters, arrived, givenUp, results } = outcome;
  const text = (stream: string, number: string, rule = '', reason = ''): string =>
    `${stream} ${number} ${rule}: ${reason}`;
  const wanted = new Set(
    perfectRun(compiled, records).rejections.map(({ record, rule, reason }) =>
      text(record.stream, record.sequenceNumber, rule, reason),
    ),
  );
  const invalid = letters.filter(({ prefix }) => prefix === 'invalid');
  const kept = new Set(invalid.map((letter) => text(letter.stream, letter.sequenceNumber, letter.rule, letter.reason)));
  const wrong = letters.filter(({ prefix, stream, sequenceNumber }) => {
    if (prefix !== 'late') return false;
    const event = arrived.find((one) => one.event.stream === stream && one.record.SequenceNumber === sequenceNumber);
    return event === undefined || !history.beyondBounds || event.event.arrival - event.event.at < bound;
  });
  const sent = new Map([
    ...results,
    ...arrived.map(({ event, record }) => [`${event.stream} ${record.SequenceNumber}`, event.data] as const),
  ]);
  return [
    ...letters
      .filter(({ stream, sequenceNumber, data }) => data !== sent.get(`${stream} ${sequenceNumber}`))
      .map(({ stream, sequenceNumber }) => `in the dead letters, and not as sent: ${text(stream, sequenceNumber)}`),
    ...[...wanted]
      .filter((one) => !kept.has(one) && ![...givenUp].some((number) => one.includes(number)))
      .map((one) => `malformed and not in the dead letters: ${one}`),
    ...[...kept].filter((one) => !wanted.has(one)).map((one) => `in the dead letters as invalid, and is not: ${one}`),
    ...wrong.map(
      ({ stream, sequenceNumber, rule = '', reason }) =>
        `late within the bounds: ${text(stream, sequenceNumber, rule, reason)}`,
    ),
  ];
}

function compareMessages({ alerts, told, revisions }: Outcome, compiled: Compiled): string[] {
  const live = new Map(compiled.plan.rules.map((rule) => [rule.name, rule.live]));
  const digests = new Set(told.filter((one) => one.status === 'digest').map(({ id }) => id));
  return alerts.flatMap((record) => {
    const { rule, id, status, revision, pending, digest } = record;
    const name = `${rule} ${id} revision ${revision} (${status})`;
    if (pending !== undefined) return [`is still to be told: ${name}`];
    if (record.isResult) return compareRevisions(record, revisions, live.get(rule) === true);
    if (digest !== undefined) return digests.has(digest) ? [] : [`was left to a digest that was never told: ${name}`];
    const last = told
      .filter((one) => one.id === id)
      .reduce<(typeof told)[number] | undefined>(
        (newest, one) => (newest === undefined || one.revision >= newest.revision ? one : newest),
        undefined,
      );
    if (live.get(rule) !== true) return last === undefined ? [] : [`a shadow rule is told: ${name}`];
    if (last === undefined) return [`was never told: ${name}`];
    const agrees = (status === 'withdrawn') === (last.status === 'withdrawn');
    if (!agrees) return [`was last told as ${last.status}, revision ${last.revision}: ${name}`];
    const saysSo = last.revision !== revision || saidBy(JSON.parse(last.json) as Said) === saidBy(record.content);
    return saysSo ? [] : [`was told with another content: ${name}: ${last.json}`];
  });
}

/** The newest revision in the stream is what stands, and one that is told again is told in the same words. */
function compareRevisions(record: AlertRecord, revisions: Outcome['revisions'], isLive: boolean): string[] {
  const { rule, id, status, revision, content } = record;
  const name = `${rule} ${id} revision ${revision} (${status})`;
  const ofResult = revisions.filter((one) => one.id === id);
  if (!isLive) return ofResult.length === 0 ? [] : [`a shadow rule is told: ${name}`];
  const words = new Map<number, string>();
  for (const { revision: of, json } of ofResult) {
    if ((words.get(of) ?? json) !== json) return [`was told in other words: ${name}: ${json}`];
    words.set(of, json);
  }
  const newest = Math.max(-1, ...words.keys());
  const said = words.get(newest);
  if (said === undefined || newest !== revision) return [`was last told as revision ${newest}: ${name}`];
  const { status: toldAs, key, value, at } = JSON.parse(said) as Readonly<Record<string, unknown>>;
  const agrees =
    (status === 'withdrawn') === (toldAs === 'withdrawn') &&
    JSON.stringify([key, value, at]) === JSON.stringify([content.key, content.values, isoTime(content.at)]);
  return agrees ? [] : [`was told with another content: ${name}: ${said}`];
}

type Said = Pick<AlertRecord['content'], 'key' | 'values' | 'severity' | 'title'>;

function saidBy({ key, values, severity, title }: Said): string {
  return JSON.stringify([key, values, severity, title]);
}
