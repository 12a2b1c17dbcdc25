/**
 * How every client of AWS is set up. Calls that hang are given up soon: a write that lands long after its invocation
 * has ended would race with the retry. Endpoint, region and credentials come from the environment, as everywhere.
 */
export const timeouts = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

export const maxAttempts = 4;
