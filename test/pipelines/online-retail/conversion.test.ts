import { convertRows, type StreamRecord, records } from '../../../pipelines/online-retail/conversion.ts';

type Cells = readonly [string, string, string, string, string, string, string, string];

function row(changes: Partial<Record<'invoice' | 'quantity' | 'time' | 'price' | 'customer', string>> = {}): Cells {
  const {
    invoice = '536365',
    quantity = '6',
    time = '2010-12-01 08:26:00',
    price = '2.55',
    customer = '17850.0',
  } = changes;
  return [invoice, '85123A', 'WHITE HANGING HEART', quantity, time, price, customer, 'United Kingdom'];
}

async function converted(...rows: readonly (readonly string[])[]): Promise<StreamRecord[]> {
  return [...records(await convertRows(rows))];
}

test('an order stands before its first line, and both carry the key of their stream', async () => {
  expect(await converted(row())).toEqual([
    {
      stream: 'orders',
      partitionKey: '17850',
      event: {
        id: '536365',
        at: '2010-12-01T08:26:00Z',
        customer: '17850',
        country: 'United Kingdom',
        total: 15.3,
        lines: 1,
        cancelled: false,
      },
    },
    {
      stream: 'lines',
      partitionKey: '536365',
      event: {
        id: '1',
        invoice: '536365',
        stockCode: '85123A',
        description: 'WHITE HANGING HEART',
        quantity: 6,
        at: '2010-12-01T08:26:00Z',
        price: 2.55,
        customer: '17850',
        country: 'United Kingdom',
      },
    },
  ]);
});

test('a guest is null, and the order goes by its invoice', async () => {
  const [order] = await converted(row({ customer: '' }));
  expect(order).toMatchObject({ partitionKey: '536365', event: { customer: null } });
});

test('the lines of an order are summed exactly, wherever they stand', async () => {
  const all = await converted(
    row({ quantity: '1', price: '0.1' }),
    row({ invoice: '536366' }),
    row({ quantity: '1', price: '0.2' }),
    row({ quantity: '-3', price: '0.001' }),
  );
  expect(all.map(({ stream, event }) => `${stream} ${event.id}`)).toEqual([
    'orders 536365',
    'lines 1',
    'orders 536366',
    'lines 2',
    'lines 3',
    'lines 4',
  ]);
  expect(all[0]?.event).toMatchObject({ total: 0.297, lines: 3 });
});

test('an order whose lines carry two times has the first, and each line its own', async () => {
  const all = await converted(row({ time: '2011-01-10 10:58:00' }), row({ time: '2011-01-10 10:59:00' }));
  expect(all.map(({ event }) => event.at)).toEqual([
    '2011-01-10T10:58:00Z',
    '2011-01-10T10:58:00Z',
    '2011-01-10T10:59:00Z',
  ]);
});

test('an invoice that begins with C is a cancellation', async () => {
  const [order] = await converted(row({ invoice: 'C536379', quantity: '-1', price: '27.5' }));
  expect(order?.event).toMatchObject({ id: 'C536379', cancelled: true, total: -27.5 });
});

test('an adjustment of bad debts is an invoice as any other', async () => {
  const [order] = await converted(row({ invoice: 'A563186', quantity: '1', price: '-11062.06' }));
  expect(order?.event).toMatchObject({ id: 'A563186', cancelled: false, total: -11062.06 });
});

test.each([
  ['in winter is UTC', '2011-03-27 00:59:00', '2011-03-27T00:59:00Z'],
  ['that the clocks skip is an hour later', '2011-03-27 01:30:00', '2011-03-27T01:30:00Z'],
  ['after the clocks went forward is an hour ahead', '2011-03-27 02:00:00', '2011-03-27T01:00:00Z'],
  ['in summer is an hour ahead', '2011-07-01 00:30:00', '2011-06-30T23:30:00Z'],
  ['before the clocks go back is an hour ahead', '2011-10-30 00:59:00', '2011-10-29T23:59:00Z'],
  ['that comes twice is the first', '2011-10-30 01:30:00', '2011-10-30T00:30:00Z'],
  ['after the clocks went back is UTC', '2011-10-30 02:00:00', '2011-10-30T02:00:00Z'],
])('a time in London %s', async (_, time, utc) => {
  const [order] = await converted(row({ time }));
  expect(order?.event.at).toBe(utc);
});

test.each([
  ['a row of seven columns', row().slice(1), 'has 7 columns, not 8'],
  ['no invoice', row({ invoice: '' }), 'has no invoice'],
  ['a fraction of a piece', row({ quantity: '1.5' }), "has the quantity '1.5', not an integer"],
  ['a price that is none', row({ price: '2,55' }), "has the price '2,55', not a decimal with at most 6 places"],
  ['a price too fine', row({ price: '0.0000001' }), "has the price '0.0000001', not a decimal with at most 6 places"],
  [
    'another form of time',
    row({ time: '01/12/2010 08:26' }),
    "has the time '01/12/2010 08:26', not one like '2010-12-01 08:26:00'",
  ],
  [
    'a day that is none',
    row({ time: '2011-02-29 08:26:00' }),
    "has the time '2011-02-29 08:26:00', not one like '2010-12-01 08:26:00'",
  ],
])('%s is listed with its line and left out of the order', async (_, broken, reason) => {
  const conversion = await convertRows([row(), broken, row()]);
  expect(conversion.rejected).toEqual([{ line: 2, reason }]);
  expect(conversion.orders.get('536365')).toMatchObject({ lines: 2, total: 30.6 });
  expect(conversion.lines.map(({ event }) => event.id)).toEqual(['1', '3']);
});

test('one stream alone keeps its events as they are', async () => {
  const conversion = await convertRows([row(), row()]);
  expect([...records(conversion, new Set(['orders'] as const))].map(({ event }) => event.id)).toEqual(['536365']);
  expect([...records(conversion, new Set(['lines'] as const))].map(({ event }) => event.id)).toEqual(['1', '2']);
});
