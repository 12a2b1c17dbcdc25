/**
 * How every client of AWS is set up. Calls that hang are given up soon: a write that lands long after its invocation
 * has ended would race with the retry. Endpoint, region and credentials come from the environment, as everywhere.
 */
export const timeouts = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

export const maxAttempts = 4;

/** Drops the SDK's own log: for a logger that keeps nothing it copies every input and output, a tenth of a call's cost. */
export function withoutLog<T extends { readonly middlewareStack: { remove(name: string): boolean } }>(client: T): T {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
