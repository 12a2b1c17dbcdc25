import pc from 'picocolors';
import { type AlertBody, alertText } from '../../local/alert-text.ts';
import { LiveView } from '../../local/live-view.ts';

class Recorded {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 40;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

const alert: AlertBody = {
  alertId: 'a1',
  revision: 0,
  status: 'opened',
  rule: 'big-spender',
  severity: 'high',
  title: 'c1 spent\n\u001b[2J900',
  key: { customer: 'c1' },
  window: { start: '2026-03-02T09:00:00.000Z', end: '2026-03-02T10:00:00.000Z' },
  events: ['e1', 'e2', 'e3', 'e4'].map((id) => ({ stream: 'orders', id, at: '', fields: { total: 300 } })),
};

test('on a terminal one line stays below what scrolls by, no wider than the terminal', () => {
  const screen = new Recorded(true);
  const view = new LiveView(screen);
  view.update('x'.repeat(100), 0);
  expect(screen.text).toBe(`\r\u001b[2K${'x'.repeat(39)}`);
  screen.text = '';
  view.print('an alert');
  expect(screen.text).toBe(`\r\u001b[2Kan alert\n${'x'.repeat(39)}`);
  screen.text = '';
  view.close();
  view.print('the end');
  expect(screen.text).toBe('\r\u001b[2K\r\u001b[2Kthe end\n');
});

test('elsewhere the line is written every ten seconds, without escape codes', () => {
  const screen = new Recorded(false);
  const view = new LiveView(screen);
  for (let now = 0; now <= 25_000; now += 250) view.update(`at ${now}`, now);
  view.print('an alert');
  view.close();
  expect(screen.text).toBe('at 10000\nat 20000\nan alert\n');
});

test('an alert is its time, severity, title and rule, then what it is about and the newest events', () => {
  expect(alertText(alert, '09:30:00', 200, pc.createColors(false)).split('\n')).toEqual([
    '09:30:00  HIGH      c1 spent 900  big-spender',
    `${' '.repeat(20)}customer c1 · 2026-03-02 09:00Z to 2026-03-02 10:00Z · 1 more, e2 (total 300), e3 (total 300), e4 (total 300)`,
  ]);
});

test('an alert says when it is no opening, and keeps to the width', () => {
  const lines = alertText({ ...alert, status: 'withdrawn' }, '09:30:00', 60, pc.createColors(false)).split('\n');
  expect(lines[0]).toContain('withdrawn: c1 spent');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
});
