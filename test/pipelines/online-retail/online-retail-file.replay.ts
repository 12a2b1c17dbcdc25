import { records } from '../../../pipelines/online-retail/conversion.ts';
import { readOnlineRetail } from '../../../pipelines/online-retail/online-retail-file.ts';
import { onlineRetail, testOn } from '../../shared-data.ts';

testOn(onlineRetail)(
  'all lines and invoices of the real file are converted, in the order of time',
  async () => {
    const conversion = await readOnlineRetail(onlineRetail);
    expect(conversion.rejected).toEqual([]);
    expect(conversion.lines).toHaveLength(541_909);
    expect(conversion.orders.size).toBe(25_900);

    let guests = 0;
    let cancelled = 0;
    let backwards = 0;
    let at = '';
    const times = new Map<string, Set<string>>();
    for (const { stream, event } of records(conversion)) {
      if (event.at < at) backwards += 1;
      at = event.at;
      if (stream === 'orders') {
        if (event.cancelled) cancelled += 1;
        continue;
      }
      if (event.customer === null) guests += 1;
      const ofInvoice = times.get(event.invoice);
      if (ofInvoice === undefined) times.set(event.invoice, new Set([event.at]));
      else ofInvoice.add(event.at);
    }
    expect({ guests, cancelled, backwards }).toEqual({ guests: 135_080, cancelled: 3_836, backwards: 0 });
    expect([...times.values()].filter((distinct) => distinct.size > 1)).toHaveLength(43);
  },
  300_000,
);
