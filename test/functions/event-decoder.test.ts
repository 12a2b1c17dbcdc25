import { eventDecoder } from '../../functions/event-decoder.ts';
import { decode } from '../../functions/record-data.ts';
import { compiled } from '../engine/protocol/pipelines.ts';

const pipeline = `pipeline: p
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
rules:
  big:
    from: orders
    where: event.total > 5 && event.?note.orValue("") != "test"
    alert:
      severity: event.level
      title: '{{ event.name.first }}'
`;

function decoder(text: string) {
  const program = compiled(text).program.streams['orders'];
  if (program === undefined) throw new Error('no such stream');
  return eventDecoder(program);
}

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const event = '{"customer":"ann","at":1,"total":6,"level":"high","name":{"first":"Zoë"},"items":[1,{"a":"ü"}]}';

test('of an event is read what the rules, their texts, its time and its key read', () => {
  expect(decoder(pipeline)(base64(event))).toEqual({
    event: { customer: 'ann', at: 1, total: 6, level: 'high', name: { first: 'Zoë' }, note: undefined },
  });
});

test('a time that nothing else reads is read as an instant where its form is a usual one, and as its text else', () => {
  const at = (text: string, rules = pipeline): unknown => {
    const { event: read } = decoder(rules)(base64(event.replace('"at":1', `"at":"${text}"`)));
    return (read as { readonly at: unknown }).at;
  };
  expect(at('2026-03-02T09:00:00Z')).toBe(Date.UTC(2026, 2, 2, 9));
  expect(at('2026-03-02T09:00:00.250Z')).toBe(Date.UTC(2026, 2, 2, 9, 0, 0, 250));
  for (const other of ['2026-03-02T09:00:00+01:00', '2026-02-30T09:00:00Z', '2026-03-02T24:00:00Z', 'soon', ''])
    expect(at(other)).toBe(other);
  const alsoShown = pipeline.replace('event.level', 'event.at');
  expect(at('2026-03-02T09:00:00Z', alsoShown)).toBe('2026-03-02T09:00:00Z');
  const computed = pipeline.replace('eventTime: event.at', 'eventTime: timestamp(event.at)');
  expect(at('2026-03-02T09:00:00Z', computed)).toBe('2026-03-02T09:00:00Z');
});

test.each([
  ['passes the whole event on', pipeline.replace(/    alert:[^]*/, '    into: copies\n')],
  ['shows the whole event', `${pipeline}      evidenceFields: all\n`],
  ['computes the name of a field', pipeline.replace('event.total > 5', 'event[event.customer] > 5')],
])('a rule that %s has all of it', (_, text) => {
  expect(decoder(text)(base64(event))).toEqual({ event: JSON.parse(event) as unknown });
});

test.each([
  [
    'that is no UTF-8 in a field that nobody reads',
    Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xc3), Buffer.from('"}')]),
  ],
  ['that breaks off', event.slice(0, -3)],
  ['with something behind it', `${event} {}`],
  ['that is a list', '[1]'],
  ['over several lines', JSON.stringify(JSON.parse(event), null, 2)],
])('a record %s is decoded as a whole, and refused alike', (_, data) => {
  expect(decoder(pipeline)(base64(data))).toEqual(decode(base64(data)));
});

test('a record leaves nothing of itself to the next', () => {
  const decodeEvent = decoder(pipeline);
  decodeEvent(base64(event));
  expect(decodeEvent(base64('{"customer":"bob"'))).toEqual(decode(base64('{"customer":"bob"')));
  expect(decodeEvent(base64('{"customer":"bob"}')).event).toEqual({ customer: 'bob' });
});
