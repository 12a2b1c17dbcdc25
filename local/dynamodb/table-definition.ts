/** Tables made and described, in the shapes of CreateTable and of the CloudFormation resource. */
import type { EpochMillis } from '../../engine/time.ts';
import { type Input, isObject, objects, optionalChoice, optionalList, optionalObject, text } from '../wire/input.ts';
import { invalid } from './attribute-value.ts';
import { type Index, type KeyAttribute, type KeySchema, keySchema } from './key-schema.ts';
import type { Table, TableDefinition } from './table.ts';

export const account = '000000000000';

export function defineTable(input: Input, region: string, now: EpochMillis): TableDefinition {
  const name = text(input, 'TableName', 3, 255);
  const attributes = new Map(
    objects(input, 'AttributeDefinitions', 1, 100).map((each) => [
      text(each, 'AttributeName', 1, 255),
      optionalChoice(each, 'AttributeType', ['S', 'N', 'B'] as const),
    ]),
  );
  const used = new Set<string>();
  const schema = (owner: Input): KeySchema => {
    const elements = objects(owner, 'KeySchema', 1, 2);
    const [hash, range] = elements.map((element, index): KeyAttribute => {
      const attributeName = text(element, 'AttributeName', 1, 255);
      const type = attributes.get(attributeName);
      if (type === undefined)
        throw invalid(
          `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${attributeName}], AttributeDefinitions: [${[...attributes.keys()].join(', ')}]`,
        );
      if (optionalChoice(element, 'KeyType', ['HASH', 'RANGE'] as const) !== (index === 0 ? 'HASH' : 'RANGE'))
        throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type, or the second not RANGE');
      used.add(attributeName);
      return { name: attributeName, type };
    });
    if (hash === undefined) throw invalid('Invalid KeySchema');
    return keySchema(hash, range);
  };
  const key = schema(input);
  const indexes = (['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const).flatMap((member) =>
    (optionalList(input, member) ?? []).filter(isObject).map((each): Index => {
      const projection = optionalObject(each, 'Projection') ?? {};
      return {
        name: text(each, 'IndexName', 3, 255),
        key: schema(each),
        projection: optionalChoice(projection, 'ProjectionType', ['KEYS_ONLY', 'INCLUDE', 'ALL'] as const) ?? 'ALL',
        included: (optionalList(projection, 'NonKeyAttributes') ?? []).map(String),
      };
    }),
  );
  if (used.size < attributes.size)
    throw invalid(
      `One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    );
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
  return { name, arn, createdAt: now, key, indexes, description: input };
}

const schemaOf = ({ hash, range }: KeySchema) => [
  { AttributeName: hash.name, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range.name, KeyType: 'RANGE' }]),
];

export function describeTable(table: Table, status = 'ACTIVE') {
  const { name, arn, createdAt, key, indexes, description } = table.definition;
  const onDemand = description['BillingMode'] === 'PAY_PER_REQUEST';
  const provisioned = optionalObject(description, 'ProvisionedThroughput');
  const throughput = {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: provisioned?.['ReadCapacityUnits'] ?? 0,
    WriteCapacityUnits: provisioned?.['WriteCapacityUnits'] ?? 0,
  };
  return {
    AttributeDefinitions: description['AttributeDefinitions'],
    TableName: name,
    KeySchema: schemaOf(key),
    TableStatus: status,
    CreationDateTime: createdAt / 1000,
    ProvisionedThroughput: throughput,
    ...(onDemand && { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } }),
    TableSizeBytes: 0,
    ItemCount: table.itemCount,
    TableArn: arn,
    TableId: '00000000-0000-4000-8000-000000000000',
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: schemaOf(index.key),
        Projection: {
          ProjectionType: index.projection,
          ...(index.included.length > 0 && { NonKeyAttributes: index.included }),
        },
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput: throughput,
        IndexSizeBytes: 0,
        ItemCount: 0,
        IndexArn: `${arn}/index/${index.name}`,
      })),
    }),
    DeletionProtectionEnabled: description['DeletionProtectionEnabled'] === true,
  };
}
