/** What a DynamoDB client asks for, counted in items as it leaves the SDK, retries not counted. */
import type { BatchExecuteStatementInput, BatchGetItemInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface ItemCounts {
  /** Items written, whether the write won or lost. */
  writes: number;
  /** Items asked for by their keys. */
  reads: number;
  queries: number;
}

/** Counts from now on. An operation that nobody has thought of here is an error. */
export function countItems(client: DynamoDBClient): ItemCounts {
  const counts: ItemCounts = { writes: 0, reads: 0, queries: 0 };
  client.middlewareStack.add(
    (next, context) => (args) => {
      switch (context.commandName) {
        case 'BatchExecuteStatementCommand':
          counts.writes += (args.input as BatchExecuteStatementInput).Statements?.length ?? 0;
          break;
        case 'BatchGetItemCommand':
          for (const { Keys } of Object.values((args.input as BatchGetItemInput).RequestItems ?? {})) {
            counts.reads += Keys?.length ?? 0;
          }
          break;
        case 'QueryCommand':
          counts.queries += 1;
          break;
        default:
          throw new Error(`${context.commandName ?? 'a call'} is not counted`);
      }
      return next(args);
    },
    { step: 'initialize', priority: 'high' },
  );
  return counts;
}
