/** Events as producers send them. */
import type { PlannedEvent } from './history.ts';

export interface SentEvent {
  readonly stream: string;
  readonly arrival: number;
  /** Event time. */
  readonly at: number;
  readonly partitionKey: string;
  /** Base64. */
  readonly data: string;
  /** The data as somebody puts it right in the event's dead letter; absent where nobody does. */
  readonly mended?: string;
}

export function sentEvent(event: PlannedEvent): SentEvent {
  const { stream, arrival, at } = event;
  const { malformed: _, ...right } = event;
  const mended = event.mended === true && { mended: encode(right).data };
  return { stream, arrival, at, ...encode(event), ...mended };
}

function encode({ id, customer, kind, total, at, malformed }: PlannedEvent): Pick<SentEvent, 'partitionKey' | 'data'> {
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
