import { setTimeout as sleep } from 'node:timers/promises';
import { type EmulatorName, startEmulator } from '../../local/emulator.ts';

/** Whether a process with this id is there. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.each<EmulatorName>(['kinesis', 'dynamodb', 'fauxqs'])(
  '%s answers once it is started, and no more once stopped',
  async (name) => {
    const emulator = await startEmulator(name);
    expect((await fetch(`${emulator.endpoint}/health`)).status).toBe(200);
    expect(emulator.pid).not.toBe(process.pid);
    await emulator.stop();
    await expect(fetch(emulator.endpoint)).rejects.toThrow();
    for (let tries = 0; lives(emulator.pid) && tries < 100; tries += 1) await sleep(20);
    expect(lives(emulator.pid)).toBe(false);
  },
);

test.each<EmulatorName>(['kinesis', 'fauxqs'])('%s rejects a port that is taken, by its number', async (name) => {
  const first = await startEmulator('kinesis');
  const port = Number(new URL(first.endpoint).port);
  await expect(startEmulator(name, { port })).rejects.toThrow(`${name}: port ${port} is taken`);
  await first.stop();
});
