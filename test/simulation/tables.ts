/**
 * DynamoDB as the adapter's client reaches it: the embedded model of the service, called without a wire, with torn
 * batches, refused statements, cut pages, and an index that trails its table.
 */
import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementInput,
  BatchGetItemCommand,
  type BatchGetItemInput,
  type BatchStatementRequest,
  type BatchStatementResponse,
  DynamoDBClient,
  QueryCommand,
  type QueryInput,
} from '@aws-sdk/client-dynamodb';
import { dueIndex } from '../../adapters/item-attributes.ts';
import type { EpochMillis } from '../../engine/time.ts';
import type { Attributes } from '../../local/dynamodb/attribute-value.ts';
import { DynamoDb } from '../../local/dynamodb/dynamodb.ts';
import { dynamodbService } from '../../local/dynamodb/dynamodb-service.ts';
import type { Input } from '../../local/wire/input.ts';
import type { Dice } from './dice.ts';
import type { Sandbox } from './sandbox.ts';
import type { Schedule } from './schedule.ts';
import { TrailingIndex } from './trailing-index.ts';

export const tableNames = ['state', 'alerts'] as const;
export type TableName = (typeof tableNames)[number];

/** Told of each item that was written, before anybody can read it. */
export type Witness = (table: TableName, item: Attributes) => void;

export class Tables {
  readonly #model = new DynamoDb();
  readonly #operations = dynamodbService(this.#model).operations;
  readonly #indexes = new Map(tableNames.map((name) => [name, new TrailingIndex()]));
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #witness: Witness;
  /** Milliseconds that the index trails behind the table at most. */
  readonly #trail: number;

  constructor(schedule: Schedule, dice: Dice, trail: number, witness: Witness) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#trail = trail;
    this.#witness = witness;
    for (const TableName of tableNames) this.#operate('CreateTable', { TableName, ...shape });
  }

  /** The service as one execution environment reaches it. */
  client(sandbox: Sandbox): DynamoDBClient {
    // The SDK's paginators take nothing but an instance of the client.
    const client = Object.create(DynamoDBClient.prototype) as DynamoDBClient;
    const send = (command: unknown): Promise<unknown> => {
      if (command instanceof BatchExecuteStatementCommand) return this.#write(sandbox, command.input);
      if (command instanceof BatchGetItemCommand) return this.#get(sandbox, command.input);
      if (command instanceof QueryCommand) return this.#query(sandbox, command.input);
      throw new Error('the simulated DynamoDB does not know this command');
    };
    return Object.assign(client, { send });
  }

  /** Items of a table, as they stand. */
  items(table: TableName): Attributes[] {
    return [...this.#model.table(table).all(undefined)].map(({ item }) => item);
  }

  /** Deletes what has expired. */
  expire(): void {
    for (const name of tableNames) {
      const expired = this.items(name).filter((item) => Number(item['ttl']?.N) * 1000 < this.#schedule.now);
      for (const item of expired) {
        this.#model.table(name).delete(item);
        this.#indexes.get(name)?.write(item, false, this.#schedule.now);
      }
    }
  }

  #write(sandbox: Sandbox, { Statements = [] }: BatchExecuteStatementInput): Promise<unknown> {
    const perform = (some: boolean) => {
      const taken = Statements.map((statement) => ({ statement, isTaken: !some || this.#dice.oneIn(2) }));
      const answers = this.#execute(taken.filter(({ isTaken }) => isTaken).map(({ statement }) => statement));
      return { Responses: taken.map(({ isTaken }) => (isTaken ? answers.shift() : refused)) };
    };
    const half = this.#dice.below(Statements.length);
    const table = tableOf(Statements[0]);
    let first: readonly BatchStatementResponse[] = [];
    return sandbox.call({
      operation: `write ${table}`,
      perform,
      parts: [
        () => (first = this.#execute(Statements.slice(0, half))),
        () => ({ Responses: [...first, ...this.#execute(Statements.slice(half))] }),
      ],
    });
  }

  #execute(statements: readonly BatchStatementRequest[]): BatchStatementResponse[] {
    if (statements.length === 0) return [];
    const { Responses = [] } = this.#operate('BatchExecuteStatement', { Statements: statements }) as {
      readonly Responses?: BatchStatementResponse[];
    };
    Responses.forEach((response, i) => {
      const statement = statements[i];
      if (response.Error === undefined && statement !== undefined) this.#written(statement);
    });
    return Responses;
  }

  #written(statement: BatchStatementRequest): void {
    const { Statement = '', Parameters = [] } = statement;
    const table = tableOf(statement);
    // An INSERT begins with the key, and an UPDATE has it after what is set.
    const [set = '', where] = Statement.split(' WHERE ');
    const at = where === undefined ? 0 : set.split('?').length - 1;
    const item = this.#model.table(table).find({ pk: Parameters[at], sk: Parameters[at + 1] } as Attributes)?.item;
    if (item === undefined) throw new Error('what was written is not there');
    this.#witness(table, item);
    const delay = this.#trail > 0 && this.#dice.oneIn(3) ? this.#dice.below(this.#trail) : 0;
    this.#indexes.get(table)?.write(item, true, this.#schedule.now + delay);
  }

  #get(sandbox: Sandbox, { RequestItems = {} }: BatchGetItemInput): Promise<unknown> {
    const [[name, asked] = ['', undefined]] = Object.entries(RequestItems);
    const read = (keys: readonly Attributes[]): Attributes[] => {
      if (keys.length === 0) return [];
      const answer = this.#operate('BatchGetItem', { RequestItems: { [name]: { Keys: keys, ConsistentRead: true } } });
      return (answer as { readonly Responses: Record<string, Attributes[]> }).Responses[name] ?? [];
    };
    const all = (asked?.Keys ?? []) as Attributes[];
    const half = this.#dice.below(all.length);
    let first: Attributes[] = [];
    return sandbox.call({
      operation: 'get',
      perform: (some) => {
        const taken = some ? this.#dice.below(all.length + 1) : all.length;
        const rest = all.slice(taken);
        return {
          Responses: { [name]: read(all.slice(0, taken)) },
          ...(rest.length > 0 && { UnprocessedKeys: { [name]: { Keys: rest } } }),
        };
      },
      parts: [
        () => (first = read(all.slice(0, half))),
        () => ({ Responses: { [name]: [...first, ...read(all.slice(half))] } }),
      ],
    });
  }

  #query(sandbox: Sandbox, input: QueryInput): Promise<unknown> {
    return sandbox.call({
      operation: input.IndexName === undefined ? 'query' : 'due',
      perform: (some) => {
        const limited = some ? { ...input, Limit: Math.min(input.Limit ?? 3, 3) } : input;
        const page = this.#operate('Query', limited);
        if (input.IndexName === undefined || this.#trail === 0) return page;
        return this.#indexes.get(input.TableName as TableName)?.query(limited, this.#schedule.now);
      },
    });
  }

  #operate(name: string, input: object): unknown {
    return this.#operations[name]?.(input as Input, this.#schedule.now as EpochMillis);
  }
}

function tableOf(request: BatchStatementRequest | undefined): TableName {
  const Statement = request?.Statement ?? '';
  const table = tableNames.find((name) => Statement.includes(`"${name}"`));
  if (table === undefined) throw new Error(`no table in: ${Statement}`);
  return table;
}

const refused: BatchStatementResponse = { Error: { Code: 'ThrottlingError', Message: 'simulated' } };

const shape = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    ...['pk', 'sk', 'slot'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: dueIndex,
      KeySchema: [
        { AttributeName: 'slot', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};
