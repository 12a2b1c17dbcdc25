/**
 * Conditional writes of items, up to 25 in a call. Each either becomes the stored item or loses to another writer. They
 * go as PartiQL statements, which take a condition each; an endpoint that has no PartiQL gets single puts.
 */
import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';
import { type Attributes, itemAttributes } from './item-attributes.ts';
import { backOff, inParallel, type Wait } from './patience.ts';

export const writesPerCall = 25;
const singlesInFlight = 8;

export interface Write {
  readonly item: Item;
  readonly writeId: string;
}

export interface Lost extends Write {
  /** The attributes that stand in its way, where the answer told them. */
  readonly current: Attributes | undefined;
}

const conflicts = ['ConditionalCheckFailed', 'DuplicateItem'];
const passing = [
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionConflict',
];

export class ConditionalWrites {
  #single = false;

  constructor(
    readonly client: DynamoDBClient,
    readonly tableName: string,
    readonly wait: Wait,
  ) {}

  /** Writes, no item twice; answers those that lost. Each is tried until it is one or the other. */
  async run(writes: readonly Write[]): Promise<Lost[]> {
    const lost: Lost[] = [];
    let rest = writes;
    for (let attempt = 1; rest.length > 0; attempt += 1) {
      const responses = this.#single ? undefined : await this.#batch(rest);
      if (responses === undefined) return [...lost, ...(await this.#singles(rest))];
      const again: Write[] = [];
      for (const [index, write] of rest.entries()) {
        const error = responses[index]?.Error;
        if (error === undefined) continue;
        const code = error.Code ?? '';
        if (conflicts.includes(code)) lost.push({ ...write, current: error.Item });
        else if (passing.includes(code)) again.push(write);
        // The key is made of the event, which belongs in no log.
        else throw new Error(`${this.tableName}: ${code}: ${error.Message ?? ''}`);
      }
      rest = again;
      if (rest.length > 0) await backOff(attempt, `writing to ${this.tableName}`, this.wait);
    }
    return lost;
  }

  /** Undefined where the endpoint does not know the operation, which is then not asked for again. */
  async #batch(writes: readonly Write[]): Promise<readonly BatchStatementResponse[] | undefined> {
    try {
      const Statements = writes.map((write) => this.#statement(write));
      const { Responses } = await this.client.send(new BatchExecuteStatementCommand({ Statements }));
      if (Responses?.length !== writes.length) throw new Error(`${this.tableName}: not one answer for each statement`);
      return Responses;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UnknownOperationException') throw error;
      this.#single = true;
      return undefined;
    }
  }

  #statement({ item, writeId }: Write): BatchStatementRequest {
    const attributes = itemAttributes(item, writeId);
    const { pk: _pk, sk: _sk, ...others } = attributes;
    const names = Object.keys(others);
    if (item.version === 1) {
      const tuple = Object.keys(attributes).map((name) => `'${name}':?`);
      return {
        Statement: `INSERT INTO "${this.tableName}" VALUE {${tuple.join(',')}}`,
        Parameters: Object.values(attributes),
      };
    }
    const changes = names.map((name) => `SET "${name}"=?`).join(' ');
    // What an update does not name stays as it was.
    const removals = item.due === undefined ? ' REMOVE "slot" REMOVE "at"' : '';
    return {
      Statement: `UPDATE "${this.tableName}" ${changes}${removals} WHERE "pk"=? AND "sk"=? AND "version"=?`,
      Parameters: [...Object.values(others), { S: item.pk }, { S: item.sk }, { N: String(item.version - 1) }],
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }

  async #singles(writes: readonly Write[]): Promise<Lost[]> {
    const outcomes = await inParallel(writes, singlesInFlight, (write) => this.#put(write));
    return outcomes.flatMap((outcome) => outcome ?? []);
  }

  async #put(write: Write): Promise<Lost | undefined> {
    const { item, writeId } = write;
    const isNew = item.version === 1;
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.tableName,
          Item: itemAttributes(item, writeId),
          ConditionExpression: isNew ? 'attribute_not_exists(pk)' : '#version = :before',
          ...(!isNew && {
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':before': { N: String(item.version - 1) } },
          }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { ...write, current: error.Item };
      throw error;
    }
  }
}
