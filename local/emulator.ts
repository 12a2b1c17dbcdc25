/** Starts an emulator of AWS services in a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processFlags } from './process-flags.ts';

/** `fauxqs` is SNS, SQS and S3 behind one endpoint. */
export type EmulatorName = 'kinesis' | 'dynamodb' | 'fauxqs';

/** What the child says once: where it listens, or why it does not. */
export type EmulatorReport = { readonly listening: number } | { readonly failed: string };

export interface Emulator {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Resolves when the emulator answers; rejects where it cannot start, a taken port above all. Port 0, the default, is
 * any free one. The child ends with `stop` or with its parent.
 */
export async function startEmulator(name: EmulatorName, options: { readonly port?: number } = {}): Promise<Emulator> {
  const port = options.port ?? 0;
  const child = fork(fileURLToPath(new URL('./emulator-process.ts', import.meta.url)), [name, String(port)], {
    // Everything that is put is kept for its retention, in memory.
    execArgv: ['--import', 'tsx', '--max-old-space-size=8192', ...processFlags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const report = await new Promise<EmulatorReport>((resolve) => {
    child.once('message', (message) => {
      resolve(message as EmulatorReport);
    });
    child.once('error', (error) => {
      resolve({ failed: error.message });
    });
    void exited.then((code) => {
      resolve({ failed: `its process ended with code ${String(code)}` });
    });
  });
  if ('failed' in report) {
    child.kill('SIGKILL');
    const taken = report.failed.includes('EADDRINUSE');
    throw new Error(taken ? `${name}: port ${port} is taken` : `${name} did not start: ${report.failed}`);
  }
  return {
    endpoint: `http://127.0.0.1:${report.listening}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
