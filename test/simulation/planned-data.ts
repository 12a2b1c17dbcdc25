/** Planned events as producers send them. */
import type { PlannedEvent } from './history.ts';

export function encodeEvent(event: PlannedEvent): { readonly partitionKey: string; readonly data: string } {
  const { id, customer, kind, total, at, malformed } = event;
  const whole = { id, customer, kind, total, at };
  const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
  switch (malformed) {
    case 'not JSON':
      return { partitionKey: customer, data: Buffer.from('{"id": ').toString('base64') };
    case 'not UTF-8':
      return { partitionKey: customer, data: Buffer.from([0x22, 0xc3, 0x28, 0x22]).toString('base64') };
    case 'a list':
      return { partitionKey: customer, data: base64([whole]) };
    case 'no time':
      return { partitionKey: customer, data: base64({ ...whole, at: undefined }) };
    case 'no id':
      return { partitionKey: customer, data: base64({ ...whole, id: undefined }) };
    case 'wrong key':
      return { partitionKey: `not ${customer}`, data: base64(whole) };
    case 'total is text':
      return { partitionKey: customer, data: base64({ ...whole, total: 'seven' }) };
    default:
      return { partitionKey: customer, data: base64(whole) };
  }
}
