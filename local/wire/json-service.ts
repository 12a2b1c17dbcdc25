/**
 * The AWS JSON protocols over node:http: one operation per request, named by the header X-Amz-Target. Signatures are
 * not checked, so any credentials do. CBOR, which the Java SDK prefers for Kinesis, is refused: it has a switch for JSON.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EpochMillis } from '../../engine/time.ts';
import { type Input, isObject } from './input.ts';
import { ServiceError } from './service-error.ts';

/** Answers the members of the response; a string is JSON already and goes out as it is. */
export type Operation = (input: Input, now: EpochMillis) => object | string | undefined;

export interface JsonService {
  readonly name: string;
  /** What stands before the dot in X-Amz-Target. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What the service writes before the name of an error. */
  readonly errorNamespace: (type: string) => string;
  readonly operations: Readonly<Record<string, Operation>>;
}

let requests = 0;

/** `clock` answers milliseconds since the epoch. */
export function createJsonServer(service: JsonService, clock: () => number = Date.now): Server {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      answer(service, request, body, response, clock() as EpochMillis);
    });
    // A client that goes away in the middle of its request gets no answer.
    request.on('error', () => response.destroy());
  });
  // Clients keep their connections; closing an idle one races with their next request.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

function answer(
  service: JsonService,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  now: EpochMillis,
): void {
  try {
    const result = operate(service, request, body, now);
    send(service, response, 200, typeof result === 'string' ? result : JSON.stringify(result ?? {}));
  } catch (error) {
    if (!(error instanceof ServiceError)) console.error(`${service.name} emulator:`, error);
    const known =
      error instanceof ServiceError
        ? error
        : new ServiceError('InternalFailure', `fault of the ${service.name} emulator: ${String(error)}`, {}, 500);
    const members = { __type: service.errorNamespace(known.type), message: known.message, ...known.fields };
    send(service, response, known.status, JSON.stringify(members));
  }
}

function operate(
  service: JsonService,
  request: IncomingMessage,
  body: Buffer,
  now: EpochMillis,
): object | string | undefined {
  if (request.method === 'GET') return `healthy: ${service.name}`;
  if (request.headers['content-type']?.includes('cbor') === true)
    throw new ServiceError('SerializationException', 'CBOR is not spoken here: switch the client to JSON', {}, 415);
  const target = request.headers['x-amz-target'];
  const [prefix, name] = typeof target === 'string' ? target.split('.') : [];
  const operation =
    prefix === service.target && name !== undefined && Object.hasOwn(service.operations, name)
      ? service.operations[name]
      : undefined;
  if (operation === undefined)
    throw new ServiceError(
      'UnknownOperationException',
      `${String(target)} is not an operation of this ${service.name}`,
    );
  const input = body.length === 0 ? {} : parse(body.toString());
  if (!isObject(input)) throw new ServiceError('SerializationException', 'the request must be a JSON object');
  return operation(input, now);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ServiceError('SerializationException', `the request is not JSON: ${String(error)}`);
  }
}

function send(service: JsonService, response: ServerResponse, status: number, body: string): void {
  requests += 1;
  response.writeHead(status, {
    'Content-Type': `application/x-amz-json-${service.version}`,
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': `00000000-0000-4000-8000-${String(requests).padStart(12, '0')}`,
  });
  response.end(body);
}
