import { stripVTControlCharacters } from 'node:util';
import type { Colors } from 'picocolors/types';
import { type AlertBody, alertText } from './alert-text.ts';
import { DeadLetterNews, deadLetterPlaces, deadLetterText } from './dead-letters.ts';
import type { LiveView } from './live-view.ts';
import type { LocalRun } from './local-run.ts';
import type { NotSent } from './replay.ts';

/** More of them in a second would be read by nobody. */
const shownASecond = 8;
/** Of the reasons for dead letters, in the summary. */
const shownReasons = 10;
/** The time over which the rate is averaged, in milliseconds. */
const rateSpan = 2000;

/** What a user sees of a run: alerts, what goes wrong, and how it is going. */
export class RunReport {
  /** The part of a replay that has been read. */
  part: number | undefined;
  private readonly view: LiveView;
  private readonly paint: Colors;
  private readonly byRule = new Map<string, Map<string, number>>();
  private readonly samples: { readonly at: number; readonly events: number }[] = [];
  private received = 0;
  private second = 0;
  private shown = 0;
  private hidden = 0;
  private readonly deadLetterNews = new DeadLetterNews();
  private readonly unsent = new Map<string, number>();

  constructor(view: LiveView, paint: Colors) {
    this.view = view;
    this.paint = paint;
  }

  alert(body: string): void {
    const alert = JSON.parse(body) as AlertBody;
    this.received += 1;
    const statuses = this.byRule.get(alert.rule) ?? new Map<string, number>();
    this.byRule.set(alert.rule, statuses.set(alert.status, (statuses.get(alert.status) ?? 0) + 1));
    const now = new Date();
    if (this.mayShow(now.getTime())) {
      this.view.print(alertText(alert, now.toTimeString().slice(0, 8), this.view.width, this.paint));
    }
  }

  log(source: string, line: string): void {
    if (this.mayShow(Date.now())) this.view.print(this.paint.dim(`${source} | ${stripVTControlCharacters(line)}`));
  }

  problem(source: string, message: string): void {
    if (this.mayShow(Date.now())) this.view.print(this.paint.red(`${source} ! ${stripVTControlCharacters(message)}`));
  }

  /** A line of a replay that was not sent; the first of each reason is told. */
  notSent({ reason, told }: NotSent): void {
    const before = this.unsent.get(reason) ?? 0;
    this.unsent.set(reason, before + 1);
    if (before === 0) this.view.print(this.paint.yellow(`not sent: ${stripVTControlCharacters(told)}`));
  }

  /** Draws how it is going. */
  update(run: LocalRun): void {
    const now = performance.now();
    const { events, late, invalid, deadLetters } = run.totals;
    this.samples.push({ at: now, events });
    while (this.samples.length > 2 && now - (this.samples[1]?.at ?? now) > rateSpan) this.samples.shift();
    const [oldest] = this.samples;
    const rate = oldest === undefined || oldest.at === now ? 0 : ((events - oldest.events) * 1000) / (now - oldest.at);
    for (const [letters, fresh] of this.deadLetterNews.take(deadLetters, now)) {
      const many = fresh === 1 ? 'dead letter' : `${count(fresh)} dead letters, the newest`;
      const place = deadLetterPlaces(letters, run.outputs['DeadLetterBucketName'] ?? '');
      const text = stripVTControlCharacters(`${many}: ${deadLetterText(letters)}; see ${place}`);
      this.view.print(this.paint.yellow(text));
    }
    const part = this.part === undefined ? '' : `${String(Math.floor(this.part * 100))} %  `;
    const line = [
      `${part}${count(rate)} events/s`,
      `${count(events)} events`,
      `${count(this.received)} alerts`,
      `${count(late)} late`,
      `${count(invalid)} invalid`,
      `lag ${(run.lag() / 1000).toFixed(1)} s`,
    ].join('  ·  ');
    this.view.update(line, now);
  }

  /** What a replay came to. `milliseconds`: until all events were through. */
  summary(run: LocalRun, played: number, milliseconds: number): string {
    const { late, invalid, deadLetters } = run.totals;
    const seconds = milliseconds / 1000;
    const rules = [...this.byRule].sort(([one], [other]) => (one < other ? -1 : 1));
    const width = Math.max(0, ...rules.map(([rule]) => rule.length));
    return [
      '',
      `${count(played)} events in ${seconds.toFixed(1)} s, ${count(played / seconds)} events/s; ${count(late)} late, ${count(invalid)} invalid.`,
      ...this.unsentLines(),
      rules.length === 0 ? 'No alerts.' : 'Alerts by rule:',
      ...rules.map(([rule, statuses]) => {
        const counts = [...statuses].map(([status, number]) => `${count(number)} ${status}`);
        return `  ${rule.padEnd(width)}  ${counts.join(', ')}`;
      }),
      ...(deadLetters.size === 0 ? [] : ['Dead letters, by the newest reason of their batch:']),
      ...[...deadLetters.values()]
        .sort((one, other) => other.late + other.invalid - one.late - one.invalid)
        .slice(0, shownReasons)
        .map((letters) =>
          stripVTControlCharacters(`  ${count(letters.late + letters.invalid)}  ${deadLetterText(letters)}`),
        ),
    ].join('\n');
  }

  private unsentLines(): readonly string[] {
    const total = [...this.unsent.values()].reduce((sum, number) => sum + number, 0);
    if (total === 0) return [];
    const reasons = [...this.unsent].map(([reason, number]) => `${count(number)} ${reason}`).join(', ');
    return [
      stripVTControlCharacters(`${count(total)} ${total === 1 ? 'line was' : 'lines were'} not sent: ${reasons}.`),
    ];
  }

  private mayShow(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      if (this.hidden > 0) this.view.print(this.paint.dim(`… and ${count(this.hidden)} more in that second`));
      this.second = second;
      this.shown = 0;
      this.hidden = 0;
    }
    if (this.shown >= shownASecond) {
      this.hidden += 1;
      return false;
    }
    this.shown += 1;
    return true;
  }
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
