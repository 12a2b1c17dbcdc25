/**
 * How every client of AWS is set up. Calls that hang are given up soon: a write that lands long after its invocation
 * has ended would race with the retry. Endpoint, region and credentials come from the environment, as everywhere.
 */
export const timeouts = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

export const maxAttempts = 4;

/** The steps of a call are the same for all calls of a command: put together once. */
export const cacheMiddleware = true;

/**
 * Drops steps of every call that cost a tenth of it and serve nobody here: the SDK's own log, which copies every input
 * and output for a logger that keeps nothing, and the header that tells which SDK is calling.
 */
export function lean<T extends { readonly middlewareStack: { remove(name: string): boolean } }>(client: T): T {
  client.middlewareStack.remove('loggerMiddleware');
  client.middlewareStack.remove('getUserAgentMiddleware');
  return client;
}
