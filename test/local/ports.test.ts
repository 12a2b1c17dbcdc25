import { createServer } from 'node:http';
import { takenPort } from '../../local/ports.ts';
import { close, listen } from './listening.ts';

test('of the four ports of a run the first is named that somebody listens at', async () => {
  const server = createServer();
  const port = Number(new URL(await listen(server)).port);
  expect(await takenPort(port)).toBe(port);
  // Who else listens nearby is not known here.
  expect(await takenPort(port - 3)).toBeLessThanOrEqual(port);
  await close(server);
});
