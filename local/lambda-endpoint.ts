/** The part of Lambda's API that calls a function: its environment, and a synchronous invocation, as the SDKs ask. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LambdaFunctions {
  /** Undefined where there is no such function. */
  environment(name: string): Readonly<Record<string, string>> | undefined;
  /** Rejects with what the function throws. */
  invoke(name: string, event: unknown): Promise<unknown>;
}

export interface LambdaEndpoint {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Rejects where the port is taken. */
export async function startLambda(port: number, functions: LambdaFunctions): Promise<LambdaEndpoint> {
  const server = createServer((request, response) => {
    void answer(functions, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`lambda: port ${port} is taken`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => close(server),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The kind of the error, where Lambda refuses the call. */
  readonly type?: string;
  /** True where the function threw. */
  readonly failed?: boolean;
}

async function answer(functions: LambdaFunctions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body, type, failed } = await operate(functions, request, await read(request));
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(type !== undefined && { 'x-amzn-errortype': type }),
    ...(failed === true && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(JSON.stringify(body));
}

async function operate(functions: LambdaFunctions, request: IncomingMessage, text: string): Promise<Answer> {
  const [, encoded = '', operation = ''] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)/.exec(request.url ?? '') ?? [];
  const name = decodeURIComponent(encoded);
  const environment = functions.environment(name);
  if (environment === undefined)
    return { status: 404, type: 'ResourceNotFoundException', body: { Message: `Function not found: ${name}` } };
  switch (`${request.method ?? ''} ${operation}`) {
    case 'GET configuration':
      return { status: 200, body: { FunctionName: name, Environment: { Variables: environment } } };
    case 'POST invocations':
      try {
        const value = await functions.invoke(name, text === '' ? undefined : JSON.parse(text));
        return { status: 200, body: value ?? null };
      } catch (error) {
        const errorMessage = error instanceof Error ? error.message : String(error);
        return { status: 200, failed: true, body: { errorMessage, errorType: 'Error' } };
      }
    default: {
      const Message = `${request.method ?? ''} ${request.url ?? ''} is no operation of this Lambda`;
      return { status: 400, type: 'InvalidRequestContentException', body: { Message } };
    }
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
