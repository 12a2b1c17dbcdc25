/**
 * A table of items for each test, in the embedded DynamoDB or, where WEIR_DYNAMODB_ENDPOINT says so, in another one:
 * what passes here must pass in Amazon's as well.
 */
import type { Server } from 'node:http';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dueIndex } from '../../../adapters/item-attributes.ts';
import { DynamoDb } from '../../../local/dynamodb/dynamodb.ts';
import { dynamodbService } from '../../../local/dynamodb/dynamodb-service.ts';
import { createJsonServer } from '../../../local/wire/json-service.ts';
import { close, credentials, listen } from '../listening.ts';

export interface TableUnderTest {
  client: DynamoDBClient;
  name: string;
  endpoint: string;
}

let tables = 0;

/** To be called once in a file; what it answers is filled before each test. */
export function tableUnderTest(): TableUnderTest {
  const table = {} as TableUnderTest;
  let server: Server | undefined;
  beforeAll(async () => {
    const given = process.env['WEIR_DYNAMODB_ENDPOINT'];
    if (given === undefined) server = createJsonServer(dynamodbService(new DynamoDb()));
    table.endpoint = given ?? (await listen(server!));
  });
  beforeEach(async () => {
    table.client = new DynamoDBClient({ endpoint: table.endpoint, region: 'us-east-1', credentials });
    tables += 1;
    table.name = `items-${process.pid}-${Date.now()}-${tables}`;
    await table.client.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'slot', AttributeType: 'S' },
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
      }),
    );
  });
  afterEach(() => table.client.destroy());
  afterAll(async () => {
    if (server !== undefined) await close(server);
  });
  return table;
}
