/**
 * Calls to the embedded services without an SDK: a poller moves thousands of records a call, and what the SDK makes
 * of each would cost more than the handler does.
 */
import { Agent, request } from 'node:http';

/** Of every resource: what the embedded services take for granted. */
export const region = 'us-east-1';
export const account = '000000000000';

const agent = new Agent({ keepAlive: true });
/** Nobody checks the signature, but the region and the service are read from where it stands. */
const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

/** The service answered with an error. */
export class AwsCallError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'AwsCallError';
    this.code = code;
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string | Buffer,
  signal?: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, ...(signal && { signal }) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed a connection that was idle, just as it was used again.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(send(method, url, headers, body, signal));
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** Services that speak JSON, by the first part of their `X-Amz-Target`. */
const jsonServices = {
  Kinesis_20131202: { service: 'kinesis', version: '1.1' },
  DynamoDB_20120810: { service: 'dynamodb', version: '1.0' },
  AmazonSQS: { service: 'sqs', version: '1.0' },
} as const;

/** An operation of a service that speaks JSON; `body` may be JSON already. Throws AwsCallError. */
export async function callJson(
  endpoint: string,
  service: keyof typeof jsonServices,
  operation: string,
  body: object | string,
  signal?: AbortSignal,
): Promise<unknown> {
  const protocol = jsonServices[service];
  const headers = {
    'content-type': `application/x-amz-json-${protocol.version}`,
    'x-amz-target': `${service}.${operation}`,
    authorization: authorization(protocol.service),
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await send('POST', endpoint, headers, text, signal);
  if (answer.status === 200) return answer.text === '' ? {} : JSON.parse(answer.text);
  throw jsonError(answer);
}

function jsonError({ status, text }: Answer): AwsCallError {
  let fields: { __type?: string; message?: string; Message?: string };
  try {
    fields = JSON.parse(text) as typeof fields;
  } catch {
    return new AwsCallError(`HTTP ${String(status)}`, text.slice(0, 500));
  }
  const code = (fields.__type ?? `HTTP ${String(status)}`).replace(/^.*#/, '');
  return new AwsCallError(code, fields.message ?? fields.Message ?? '');
}

/** An operation of SNS, which takes a form and answers XML. */
export async function callSns(endpoint: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: authorization('sns') };
  return xml(await send('POST', endpoint, headers, new URLSearchParams(fields).toString()));
}

/** An operation of S3 on `path`, `bucket/key` with what follows the question mark. */
export async function callS3(
  endpoint: string,
  method: 'GET' | 'PUT',
  path: string,
  body: string | Buffer = '',
): Promise<string> {
  const headers = { authorization: authorization('s3'), 'content-type': 'application/octet-stream' };
  return xml(await send(method, `${endpoint}/${path}`, headers, body));
}

function xml({ status, text }: Answer): string {
  if (status >= 200 && status < 300) return text;
  throw new AwsCallError(
    element(text, 'Code') ?? `HTTP ${String(status)}`,
    element(text, 'Message') ?? text.slice(0, 500),
  );
}

/** The text of the first element of that name. */
export function element(text: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return value?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
