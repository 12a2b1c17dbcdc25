/** Lambda: calling a function and reading how it is set up. */
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { maxAttempts, timeouts } from './client-options.ts';

/** An invocation may last as long as the function's own timeout. */
const longestCall = 70_000;

export function lambdaClient(): LambdaClient {
  return new LambdaClient({ maxAttempts, requestHandler: { ...timeouts, requestTimeout: longestCall } });
}

/** The environment variables of a function; undefined where there is no such function. */
export async function functionEnvironment(
  client: LambdaClient,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const answer = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return answer.Environment?.Variables ?? {};
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Calls a function and answers what it answers; throws with its message where it fails. */
export async function invoke(client: LambdaClient, name: string, event: object): Promise<unknown> {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  const value: unknown = text === '' ? undefined : JSON.parse(text);
  if (answer.FunctionError === undefined) return value;
  const { errorMessage } = (value ?? {}) as { readonly errorMessage?: string };
  throw new Error(`${name}: ${errorMessage ?? answer.FunctionError}`);
}
