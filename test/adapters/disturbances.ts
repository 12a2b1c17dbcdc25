/** What networks and busy services do to calls, done to the calls of one client. */
import type {
  BatchExecuteStatementInput,
  BatchExecuteStatementOutput,
  BatchStatementResponse,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/** The next call of this operation reaches the service, but its answer is lost on the way, and meanwhile more happens. */
export function loseNextAnswer(client: DynamoDBClient, operation: string, meanwhile?: () => Promise<unknown>): void {
  let armed = true;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (!armed || context.commandName !== operation) return result;
      armed = false;
      await meanwhile?.();
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
    // Within the retries of the SDK.
    { step: 'finalizeRequest', priority: 'low' },
  );
}

/** In the next call the first `count` statements are throttled: answered as such and not executed. */
export function throttleNextStatements(client: DynamoDBClient, count: number): void {
  let armed = true;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!armed || context.commandName !== 'BatchExecuteStatementCommand') return next(args);
      armed = false;
      const input = args.input as BatchExecuteStatementInput;
      const result = await next({ ...args, input: { ...input, Statements: input.Statements?.slice(count) } });
      const throttled: BatchStatementResponse[] = Array.from({ length: count }, () => ({
        Error: { Code: 'ThrottlingError', Message: 'Rate exceeded' },
      }));
      const output = result.output as BatchExecuteStatementOutput & typeof result.output;
      return { ...result, output: { ...output, Responses: [...throttled, ...(output.Responses ?? [])] } };
    },
    { step: 'initialize' },
  );
}

/** The service knows no PartiQL. */
export function forgetStatements(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName !== 'BatchExecuteStatementCommand') return next(args);
      throw Object.assign(new Error('An unknown operation was requested.'), { name: 'UnknownOperationException' });
    },
    { step: 'initialize' },
  );
}

/** The operations that the client calls from now on, retries not counted. */
export function countCalls(client: DynamoDBClient): Map<string, number> {
  const calls = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = (context.commandName ?? '').replace(/Command$/, '');
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return next(args);
    },
    { step: 'initialize', priority: 'high' },
  );
  return calls;
}
