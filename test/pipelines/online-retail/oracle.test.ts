import type { LineEvent, OrderEvent, StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import { decimalSum, londonDate, londonDay, standingAlerts } from './oracle.ts';

function order(event: Pick<OrderEvent, 'id' | 'at' | 'total'> & Partial<OrderEvent>): StreamRecord {
  const whole = {
    customer: '17850',
    country: 'United Kingdom',
    lines: 1,
    cancelled: event.id.startsWith('C'),
    ...event,
  };
  return { stream: 'orders', partitionKey: whole.customer ?? whole.id, event: whole };
}

function line(event: Pick<LineEvent, 'id' | 'at' | 'quantity'> & Partial<LineEvent>): StreamRecord {
  const whole = {
    invoice: '1',
    stockCode: 'A',
    description: '',
    price: 1,
    customer: null,
    country: 'France',
    ...event,
  };
  return { stream: 'lines', partitionKey: whole.invoice, event: whole };
}

function standing(rule: string, ...records: readonly StreamRecord[]): unknown[] {
  return standingAlerts(records).filter((alert) => alert.rule === rule);
}

test('an export stands where it is over 1,000 and leaves the United Kingdom', () => {
  expect(
    standing(
      'large-export',
      order({ id: '1', at: '2011-01-05T10:00:00Z', total: 1000.01, country: 'EIRE' }),
      order({ id: '2', at: '2011-01-05T10:00:00Z', total: 1000, country: 'EIRE' }),
      order({ id: '3', at: '2011-01-05T10:00:00Z', total: 2000 }),
    ),
  ).toEqual([
    {
      rule: 'large-export',
      key: {},
      values: { invoice: '1', country: 'EIRE', total: 1000.01 },
      events: ['1'],
      at: '2011-01-05T10:00:00.000Z',
    },
  ]);
});

test('an episode begins 24 hours before its first true window and has the values of its newest', () => {
  expect(
    standing(
      'three-large-invoices',
      order({ id: '1', at: '2011-01-05T10:00:00Z', total: 600 }),
      order({ id: '2', at: '2011-01-05T11:00:00Z', total: 600.1 }),
      order({ id: '3', at: '2011-01-05T12:00:00Z', total: 600.2 }),
      order({ id: '4', at: '2011-01-06T10:30:00Z', total: 700 }),
    ),
  ).toEqual([
    {
      rule: 'three-large-invoices',
      key: { customer: '17850' },
      window: { start: '2011-01-04T12:00:00.000Z', end: '2011-01-06T10:30:00.000Z' },
      values: { invoices: 3, spent: 1900.3 },
      events: ['2', '3', '4'],
      at: '2011-01-06T10:30:00.000Z',
    },
  ]);
});

test('all events at the end of a window count, none at its start', () => {
  const at = '2011-01-06T10:00:00Z';
  const two = [order({ id: '2', at, total: 600 }), order({ id: '3', at, total: 600 })];
  const dayBefore = order({ id: '1', at: '2011-01-05T10:00:00Z', total: 600 });
  expect(standing('three-large-invoices', dayBefore, ...two)).toEqual([]);
  expect(standing('three-large-invoices', ...two, order({ id: '4', at, total: 600 }))).toHaveLength(1);
});

test('episodes more than a day apart are two alerts', () => {
  const three = (at: string): StreamRecord[] => ['a', 'b', 'c'].map((id) => order({ id: id + at, at, total: 600 }));
  const first = '2011-01-05T10:00:00Z';
  expect(standing('three-large-invoices', ...three(first), ...three('2011-01-06T10:00:00Z'))).toHaveLength(1);
  expect(standing('three-large-invoices', ...three(first), ...three('2011-01-06T10:00:01Z'))).toHaveLength(2);
});

test('a day in London begins an hour earlier in summer', () => {
  const total = standing(
    'daily-total',
    order({ id: '1', at: '2011-06-30T22:59:59Z', total: 0.1 }),
    order({ id: '2', at: '2011-06-30T23:00:00Z', total: 0.2 }),
    order({ id: 'C3', at: '2011-07-01T22:59:59Z', total: -0.3 }),
  );
  expect(total).toMatchObject([
    { values: { total: 0.1, invoices: 1, cancellations: 0 } },
    {
      window: { start: '2011-06-30T23:00:00.000Z', end: '2011-07-01T23:00:00.000Z' },
      values: { total: -0.1, invoices: 1, cancellations: 1 },
      at: '2011-07-01T22:59:59.000Z',
    },
  ]);
});

test.each([
  ['2011-03-27', '2011-03-27T00:00:00.000Z', '2011-03-27T23:00:00.000Z'],
  ['2011-10-30', '2011-10-29T23:00:00.000Z', '2011-10-31T00:00:00.000Z'],
  ['2010-12-31', '2010-12-31T00:00:00.000Z', '2011-01-01T00:00:00.000Z'],
])('%s in London is as long as its clocks make it', (date, start, end) => {
  expect(londonDay(date)).toEqual({ start, end });
  expect(londonDate(start)).toBe(date);
});

test('lines are counted by country and hour, at the end of the hour', () => {
  expect(
    standing(
      'lines-per-country-hour',
      line({ id: '1', at: '2011-01-05T10:00:00Z', quantity: 6 }),
      line({ id: '2', at: '2011-01-05T10:59:00Z', quantity: -2 }),
      line({ id: '3', at: '2011-01-05T11:00:00Z', quantity: 1 }),
    ),
  ).toMatchObject([
    { key: { country: 'France' }, values: { lines: 2, pieces: 4 }, at: '2011-01-05T11:00:00.000Z' },
    { key: { country: 'France' }, values: { lines: 1, pieces: 1 }, at: '2011-01-05T12:00:00.000Z' },
  ]);
});

test('evidence is the newest ten by time and id, as texts', () => {
  const ids = ['8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18'];
  const orders = ids.map((id) => order({ id: `C${id}`, at: '2011-01-05T10:00:00Z', total: -1 }));
  expect(standing('largest-cancellation', ...orders)).toMatchObject([
    { events: ['C11', 'C12', 'C13', 'C14', 'C15', 'C16', 'C17', 'C18', 'C8', 'C9'] },
  ]);
});

test('the largest cancellation of a customer stands for the day, none of a guest', () => {
  expect(
    standing(
      'largest-cancellation',
      order({ id: 'C1', at: '2011-01-05T10:00:00Z', total: -5 }),
      order({ id: 'C2', at: '2011-01-05T11:00:00Z', total: -9.95 }),
      order({ id: 'C3', at: '2011-01-05T12:00:00Z', total: -99, customer: null }),
      order({ id: '4', at: '2011-01-05T13:00:00Z', total: 99 }),
    ),
  ).toMatchObject([
    { key: { customer: '17850' }, values: { largest: 9.95, cancellations: 2 }, at: '2011-01-05T11:00:00.000Z' },
  ]);
});

test('decimals are summed as they print', () => {
  expect(decimalSum([0.1, 0.2])).toBe(0.3);
  expect(decimalSum([-0.1, -0.02])).toBe(-0.12);
  expect(decimalSum([0.05, -0.06, 1e6])).toBe(999_999.99);
  expect(decimalSum([])).toBe(0);
  expect(() => decimalSum([1e-7])).toThrow('1e-7');
});
