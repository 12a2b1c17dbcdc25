/**
 * SNS, SQS and S3 by the library fauxqs, and what it leaves out: with MessageStructure `json` SNS gives every protocol
 * its own part of the message. Queues are the only subscribers that fauxqs delivers to.
 */
import type { Server } from 'node:http';
import { buildApp } from 'fauxqs';
import { isObject } from './wire/input.ts';

const largestMessage = 256 * 1024;

/** What is used of the library's server, whose own types lean on those of its dependencies and do not resolve. */
export interface Fauxqs {
  readonly server: Server;
  addHook(
    name: 'preHandler',
    hook: (request: { readonly body: unknown }, reply: unknown, done: () => void) => void,
  ): unknown;
  listen(options: { readonly port: number; readonly host: string }): Promise<string>;
  close(): Promise<void>;
}

export function makeFauxqs(): Fauxqs {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- see Fauxqs
  const app: Fauxqs = buildApp({ logger: false });
  app.addHook('preHandler', (request, _reply, done) => {
    const { body } = request;
    // SNS alone sends forms; each member of the request is a text of its own.
    if (isObject(body) && typeof body['Action'] === 'string') {
      const form: Record<string, unknown> = body;
      for (const name of Object.keys(form)) if (/(^|\.)MessageStructure$/.test(name)) choosePart(form, name);
    }
    done();
  });
  return app;
}

function choosePart(form: Record<string, unknown>, structure: string): void {
  const name = structure.replace(/MessageStructure$/, 'Message');
  const message = form[name];
  if (form[structure] !== 'json' || typeof message !== 'string') return;
  // What is too large as a whole must be refused as a whole.
  if (Buffer.byteLength(message) > largestMessage) return;
  const part = queuePart(message);
  // An empty message is refused, as SNS refuses one that is no JSON or has no default.
  form[name] = part ?? '';
}

function queuePart(message: string): string | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (!isObject(parts) || typeof parts['default'] !== 'string') return undefined;
  return typeof parts['sqs'] === 'string' ? parts['sqs'] : parts['default'];
}
