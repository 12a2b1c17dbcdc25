/** Lines of dead letters, read to be put back. */
import { redrive } from '../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../engine/protocol/stream-processor.ts';
import { deadLetter } from '../../functions/dead-letter.ts';
import { record } from '../engine/protocol/batches.ts';
import { often, tidy } from '../engine/protocol/derived-rules.ts';
import { alertsOf, MemoryWorld } from '../engine/protocol/memory-ports.ts';
import { compiled, withRules } from '../engine/protocol/pipelines.ts';

test.each([
  ['a stream and what is derived of it', tidy('tidy', 'event.kind') + often('[orders, tidied]')],
  ['two that make one stream', tidy('tidy', 'event.kind') + tidy('other', 'event.total') + often('tidied')],
])('a letter of one event of a record puts no other event of it back: %s', async (_, text) => {
  const pipeline = compiled(withRules(text));
  const world = new MemoryWorld();
  const one = record({ minute: 1, total: 5 });
  const sent = { ...one, data: Buffer.from(JSON.stringify(one.event)).toString('base64') };
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', [sent]);
  const values = () => alertsOf(world).map(({ content }) => content.values);
  const before = values();
  const lines = [...world.letters.values()].flatMap((letter) => letter.lines);
  await redrive(pipeline, world.ports(), lines.map(deadLetter), { late: false, dryRun: false });
  expect(values()).toEqual(before);
});
