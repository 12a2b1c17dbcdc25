/** DynamoDB on its wire protocol. */
import { flag, type Input, object, optionalNumber, optionalObject, optionalText, text } from '../wire/input.ts';
import type { JsonService } from '../wire/json-service.ts';
import { invalid } from './attribute-value.ts';
import { capacityOf, readUnits } from './capacity.ts';
import type { DynamoDb } from './dynamodb.ts';
import { batchGetItem, batchWriteItem, deleteItem, getItem, putItem, updateItem } from './item-operations.ts';
import { type Page, query, scan } from './query.ts';
import { batchExecuteStatement, executeStatement } from './statement-operations.ts';
import type { Table } from './table.ts';
import { describeTable } from './table-definition.ts';

export function dynamodbService(dynamodb: DynamoDb): JsonService {
  const table = (input: Input) => dynamodb.table(text(input, 'TableName'));
  return {
    name: 'DynamoDB',
    target: 'DynamoDB_20120810',
    version: '1.0',
    errorNamespace: (type) =>
      `${type === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazonaws.dynamodb.v20120810'}#${type}`,
    operations: {
      CreateTable: (input, now) => {
        const made = dynamodb.createTable(input, now);
        // CloudFormation says it in the table's own properties, the wire in a request of its own.
        const timeToLive = optionalObject(input, 'TimeToLiveSpecification');
        if (timeToLive !== undefined) keepTimeToLive(made, timeToLive);
        return { TableDescription: describeTable(made) };
      },
      DescribeTable: (input) => ({ Table: describeTable(table(input)) }),
      DeleteTable: (input) => ({
        TableDescription: describeTable(dynamodb.deleteTable(text(input, 'TableName')), 'DELETING'),
      }),
      ListTables: (input) => {
        const after = optionalText(input, 'ExclusiveStartTableName') ?? '';
        const rest = dynamodb.tableNames().filter((name) => name > after);
        const page = rest.slice(0, optionalNumber(input, 'Limit', 1, 100) ?? 100);
        return { TableNames: page, ...(page.length < rest.length && { LastEvaluatedTableName: page.at(-1) }) };
      },
      UpdateTimeToLive: (input) => {
        const specification = object(input, 'TimeToLiveSpecification');
        const target = table(input);
        if (flag(specification, 'Enabled') === (target.ttlAttribute !== undefined))
          throw invalid(`TimeToLive is already ${target.ttlAttribute === undefined ? 'disabled' : 'enabled'}`);
        keepTimeToLive(target, specification);
        return { TimeToLiveSpecification: specification };
      },
      DescribeTimeToLive: (input) => {
        const name = table(input).ttlAttribute;
        return {
          TimeToLiveDescription:
            name === undefined
              ? { TimeToLiveStatus: 'DISABLED' }
              : { TimeToLiveStatus: 'ENABLED', AttributeName: name },
        };
      },
      GetItem: (input) => getItem(dynamodb, input),
      PutItem: (input) => putItem(dynamodb, input),
      DeleteItem: (input) => deleteItem(dynamodb, input),
      UpdateItem: (input) => updateItem(dynamodb, input),
      BatchGetItem: (input) => batchGetItem(dynamodb, input),
      BatchWriteItem: (input) => batchWriteItem(dynamodb, input),
      ExecuteStatement: (input) => executeStatement(dynamodb, input),
      BatchExecuteStatement: (input) => batchExecuteStatement(dynamodb, input),
      Query: (input) => answer(input, table(input), query(table(input), input)),
      Scan: (input) => answer(input, table(input), scan(table(input), input)),
    },
  };
}

function keepTimeToLive(table: Table, specification: Input): void {
  table.ttlAttribute = flag(specification, 'Enabled') ? text(specification, 'AttributeName', 1, 255) : undefined;
}

function answer(input: Input, table: Table, page: Page) {
  return {
    ...(input['Select'] === 'COUNT' ? {} : { Items: page.items }),
    Count: page.items.length,
    ScannedCount: page.scanned,
    ...(page.last && { LastEvaluatedKey: page.last }),
    ...capacityOf(input, table, readUnits(page.bytes, page.strong)),
  };
}
