import { stripVTControlCharacters } from 'node:util';
import type { Colors } from 'picocolors/types';
import { type AlertBody, alertText } from './alert-text.ts';
import type { LiveView } from './live-view.ts';
import type { LocalRun } from './local-run.ts';

/** More of them in a second would be read by nobody. */
const shownASecond = 8;
const reasonInterval = 10_000;
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
  private toldReason = 0;
  private reason: string | undefined;

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

  /** Draws how it is going. */
  update(run: LocalRun): void {
    const now = performance.now();
    const { events, late, invalid, reason } = run.totals;
    this.samples.push({ at: now, events });
    while (this.samples.length > 2 && now - (this.samples[1]?.at ?? now) > rateSpan) this.samples.shift();
    const [oldest] = this.samples;
    const rate = oldest === undefined || oldest.at === now ? 0 : ((events - oldest.events) * 1000) / (now - oldest.at);
    if (reason !== this.reason && reason !== undefined && now - this.toldReason > reasonInterval) {
      this.reason = reason;
      this.toldReason = now;
      this.view.print(this.paint.yellow(`dead letter: ${stripVTControlCharacters(reason)}`));
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
    const { late, invalid } = run.totals;
    const seconds = milliseconds / 1000;
    const rules = [...this.byRule].sort(([one], [other]) => (one < other ? -1 : 1));
    const width = Math.max(0, ...rules.map(([rule]) => rule.length));
    return [
      '',
      `${count(played)} events in ${seconds.toFixed(1)} s, ${count(played / seconds)} events/s; ${count(late)} late, ${count(invalid)} invalid.`,
      rules.length === 0 ? 'No alerts.' : 'Alerts by rule:',
      ...rules.map(([rule, statuses]) => {
        const counts = [...statuses].map(([status, number]) => `${count(number)} ${status}`);
        return `  ${rule.padEnd(width)}  ${counts.join(', ')}`;
      }),
    ].join('\n');
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
