/** Starts a function in a process of its own and speaks with it. */
import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MappingProgress } from './event-source-mapping.ts';
import type { HostedFunction, HostedMapping, HostReport, HostRequest } from './function-host.ts';
import { processFlags } from './process-flags.ts';

export interface FunctionProcessOptions {
  readonly function: HostedFunction;
  readonly mapping?: HostedMapping;
  readonly environment: Readonly<Record<string, string>>;
  /** A line that the function printed. */
  readonly log: (line: string) => void;
  /** What went wrong around the function: a failed invocation, a stream that cannot be read. */
  readonly problem: (message: string) => void;
  readonly progress?: (progress: MappingProgress) => void;
}

export interface FunctionProcess {
  readonly name: string;
  readonly pid: number;
  /** Invokes the function by itself; rejects with what it throws. */
  invoke(event: unknown): Promise<unknown>;
  /** Resolves when all that was put into its stream before the call has been delivered. */
  waitUntilRead(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the function takes what is put from now on. */
export async function startFunction(options: FunctionProcessOptions): Promise<FunctionProcess> {
  const { name } = options.function;
  const child = fork(fileURLToPath(new URL('./function-host.mjs', import.meta.url)), {
    execArgv: processFlags,
    // The environment of the function alone decides, as it does in Lambda.
    env: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const answers = new Map<number, (report: HostReport & { kind: 'answer' }) => void>();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stopping = false;
  let asked = 0;
  lines(child.stdout, options.log);
  lines(child.stderr, options.log);

  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const message = `${name}: its process ended with ${String(code ?? signal)}`;
      reject(new Error(message));
      if (!stopping) options.problem(message);
      for (const [id, answer] of answers) answer({ kind: 'answer', id, error: message });
      answers.clear();
    });
    child.on('message', (report: HostReport) => {
      switch (report.kind) {
        case 'ready':
          resolve();
          break;
        case 'failed':
          stopping = true;
          child.kill('SIGKILL');
          reject(new Error(`${name}: ${report.message}`));
          break;
        case 'answer':
          answers.get(report.id)?.(report);
          answers.delete(report.id);
          break;
        case 'progress':
          options.progress?.(report.progress);
          break;
        case 'problem':
          options.problem(report.message);
          break;
      }
    });
    const start: HostRequest = {
      kind: 'start',
      function: options.function,
      ...(options.mapping && { mapping: options.mapping }),
    };
    child.send(start);
  });

  const ask = (request: (id: number) => HostRequest): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked += 1;
      answers.set(asked, ({ value, error }) => {
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.send(request(asked), (error) => {
        if (error !== null) reject(new Error(`${name}: its process has ended`));
      });
    });
  return {
    name,
    pid: child.pid ?? 0,
    invoke: (event) => ask((id) => ({ kind: 'invoke', id, event })),
    waitUntilRead: async () => {
      await ask((id) => ({ kind: 'wait-until-read', id }));
    },
    stop: async () => {
      stopping = true;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function lines(stream: Readable | null, each: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', each);
}
