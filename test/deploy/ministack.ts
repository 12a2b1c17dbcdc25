/** MiniStack, an emulator of AWS in Python, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonPackage } from './python-package.ts';

const release = 'ministack==1.5.33';

export interface Emulator {
  readonly endpoint: string;
  /** What it has said, for whoever looks for a reason. */
  readonly log: () => string;
  readonly stop: () => void;
}

/** Starts it and waits until it answers. */
export async function startMinistack(): Promise<Emulator> {
  const packages = await pythonPackage(release);
  const port = await freePort();
  // Outside of the repository: below its package.json, what MiniStack writes for Node would be ES modules.
  const work = mkdtempSync(join(tmpdir(), 'weir-ministack-'));
  const logFile = join(work, 'log.txt');
  const output = openSync(logFile, 'w');
  const child = spawn('python3', ['-m', 'ministack'], {
    cwd: work,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      PYTHONPATH: packages,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      S3_DATA_DIR: join(work, 's3'),
      TMPDIR: work,
    },
  });
  closeSync(output);
  const stop = (): void => {
    child.kill('SIGKILL');
    rmSync(work, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const emulator: Emulator = {
    endpoint: `http://127.0.0.1:${port}`,
    log: () => readFileSync(logFile, 'utf8'),
    stop,
  };
  await untilAnswering(emulator, child);
  return emulator;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilAnswering({ endpoint, log }: Emulator, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`MiniStack ended with code ${child.exitCode}:\n${log()}`);
    const answers = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await sleep(200);
  }
  throw new Error(`MiniStack does not answer after 60 s:\n${log()}`);
}
