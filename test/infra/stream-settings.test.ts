import { readFileSync } from 'node:fs';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { readPipeline } from '../../engine/pipeline/read.ts';
import { EventPipeline, type EventPipelineProps } from '../../infra/event-pipeline.ts';
import { shop, statementsOf, templateOf } from './shop.ts';

const theirs = 'arn:aws:kinesis:eu-west-1:111122223333:stream/theirs';

test('a path is read and checked, with values in place of the params of the file', () => {
  expect(() => shop(() => ({ definition: 'nowhere.yaml' }))).toThrow('nowhere.yaml');
  expect(() => shop(() => ({ params: { limits: 600 } }))).toThrow('limits');
});

test('a stream has the shards, the retention and the reader that its settings say, and others keep the defaults', () => {
  const template = templateOf(
    shop(() => ({
      streams: {
        orders: {
          shards: 3,
          retention: Duration.days(2),
          batchSize: 200,
          maxBatchingWindow: Duration.seconds(20),
          startingPosition: 'TRIM_HORIZON',
          memorySize: 512,
        },
      },
    })),
  );
  template.hasResourceProperties('AWS::Kinesis::Stream', {
    Name: 'shop-orders',
    ShardCount: 3,
    RetentionPeriodHours: 48,
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 200,
    MaximumBatchingWindowInSeconds: 20,
    StartingPosition: 'TRIM_HORIZON',
    MaximumRecordAgeInSeconds: 47 * 3600,
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ WEIR_STREAM: 'orders' }) },
    MemorySize: 512,
  });
  template.hasResourceProperties('AWS::Kinesis::Stream', {
    Name: 'shop-returns',
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 5000, StartingPosition: 'LATEST' });
});

test('a record is given up after seven days at the latest, which is all that Lambda takes', () => {
  const template = templateOf(shop(() => ({ streams: { orders: { retention: Duration.days(30) } } })));
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { MaximumRecordAgeInSeconds: 7 * 86_400 });
});

test("a stream and a topic of the user's own are used in place of new ones, with their keys", () => {
  const template = templateOf(
    shop((stack) => ({
      alertTopic: new Topic(stack, 'Mine'),
      alertEmail: 'team@example.com',
      streams: { orders: { stream: new Stream(stack, 'Theirs', { encryptionKey: new Key(stack, 'TheirKey') }) } },
    })),
  );
  template.resourceCountIs('AWS::Kinesis::Stream', 2);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Theirs'), 'Arn'] },
  });
  template.hasResourceProperties('AWS::SNS::Subscription', { TopicArn: { Ref: Match.stringLikeRegexp('^Mine') } });
  for (const reader of ['Shopordersprocess', 'Shopadvancetime']) {
    expect(statementsOf(template, reader)).toContainEqual(
      expect.objectContaining({
        Action: 'kms:Decrypt',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^TheirKey/), 'Arn'] },
      }),
    );
  }
});

test("streams of the user's own are asked for partition keys before anything reads them", () => {
  const own = templateOf(
    shop((stack) => ({ streams: { orders: { stream: Stream.fromStreamArn(stack, 'Theirs', theirs) } } })),
  );
  own.hasResourceProperties('Custom::WeirPartitionKeys', {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('advancetime'), 'Arn'] },
    ServiceTimeout: '300',
    streams: { orders: 'theirs' },
  });
  const asked = Object.keys(own.findResources('Custom::WeirPartitionKeys'))[0];
  const mappings = own.findResources('AWS::Lambda::EventSourceMapping');
  const waiting = Object.keys(mappings).filter((id) =>
    ((mappings[id] as { DependsOn?: string[] }).DependsOn ?? []).includes(asked!),
  );
  expect(waiting).toEqual([expect.stringContaining('ordersprocess')]);
  templateOf(shop()).resourceCountIs('Custom::WeirPartitionKeys', 0);
});

test('streams of results are asked too', () => {
  const template = templateOf(
    shop((stack) => ({
      definition: 'pipelines/retail/pipeline.yaml',
      streams: { 'daily-totals': { stream: Stream.fromStreamArn(stack, 'Theirs', theirs) } },
    })),
  );
  template.hasResourceProperties('Custom::WeirPartitionKeys', { streams: { 'daily-totals': 'theirs' } });
});

test('other streams are asked as another resource, so that a rollback does not ask those from before once more', () => {
  const asked = (arn: (stack: Stack) => string): string[] =>
    Object.keys(
      templateOf(
        shop((stack) => ({ streams: { orders: { stream: Stream.fromStreamArn(stack, 'Theirs', arn(stack)) } } })),
      ).findResources('Custom::WeirPartitionKeys'),
    );
  const parameter = (stack: Stack): string => new CfnParameter(stack, 'TheirArn').valueAsString;
  const ids = [() => theirs, () => theirs.replace('theirs', 'new'), parameter].map(asked).flat();
  expect(new Set(ids).size).toBe(3);
  expect([() => theirs, parameter].map(asked).flat()).toEqual([ids[0], ids[2]]);
});

test.each([
  [{ account: '444455556666', region: 'eu-west-1' }, 'the account 111122223333', '444455556666'],
  [{ account: '111122223333', region: 'us-east-1' }, 'the Region eu-west-1', 'us-east-1'],
])('rejects a stream of another account or Region: %j', (env, theirPlace, ours) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'shop', { env });
  const stream = Stream.fromStreamArn(stack, 'Theirs', theirs);
  expect(
    () => new EventPipeline(stack, 'Shop', { definition: 'test/infra/shop.yaml', streams: { orders: { stream } } }),
  ).toThrow(`streams.orders.stream is in ${theirPlace}, must be in that of the stack, ${ours}`);
});

test('a producer may put events, and nothing else', () => {
  const made = shop();
  const user = new User(made.stack, 'Producer');
  made.pipeline.grantPutEvents(user, 'orders');
  const [statement, ...more] = statementsOf(templateOf(made), 'Producer');
  expect(statement).toMatchObject({
    Action: ['kinesis:PutRecord', 'kinesis:PutRecords'],
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/ordersstream/), 'Arn'] },
  });
  expect(more).toEqual([]);
  expect(() => made.pipeline.grantPutEvents(user, 'order')).toThrow(
    'there is no stream "order", there are orders, returns',
  );
});

test('who settles results that are revised may put them into their stream, and nobody reads them', () => {
  const rule = `
  so-far:
    from: orders
    groupBy:
      customer: event.customerId
    window:
      tumbling: 1h
    aggregate:
      n: count()
    emit: changes
    into: spending
`;
  const { definition } = readPipeline(`${readFileSync('test/infra/shop.yaml', 'utf8').trimEnd()}${rule}`);
  const template = templateOf(shop(() => ({ definition: definition! })));
  const putting = ({ Action }: { readonly Action: string | string[] }): boolean =>
    [Action].flat().includes('kinesis:PutRecords');
  for (const writer of ['Shopordersprocess', 'Shopredrive', 'Shopadvancetime'])
    expect(statementsOf(template, writer).filter(putting)).toEqual([
      expect.objectContaining({ Resource: { 'Fn::GetAtt': [expect.stringMatching(/spendingstream/), 'Arn'] } }),
    ]);
  expect(statementsOf(template, 'Shopreturnsprocess').filter(putting)).toEqual([]);
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({ WEIR_STREAM: 'orders', WEIR_STREAM_NAMES: Match.anyValue() }),
    },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ WEIR_STREAM: 'returns', WEIR_STREAM_NAMES: Match.absent() }) },
  });
});

test.each<[Partial<EventPipelineProps>, string]>([
  [{ alertEmail: 'nobody' }, 'alertEmail is "nobody", must be an address such as team@example.com'],
  [{ alarmEmail: 'a b@c' }, 'alarmEmail is "a b@c", must be an address such as team@example.com'],
  [{ streams: { order: {} } }, 'streams has "order", the pipeline file has the streams orders, returns'],
  [{ streams: { orders: { shards: 0 } } }, 'streams.orders.shards is 0, must be a whole number from 1 to 100000'],
  [{ streams: { orders: { batchSize: 10_001 } } }, 'batchSize is 10001, must be a whole number from 1 to 10000'],
  [{ streams: { orders: { memorySize: 64 } } }, 'memorySize is 64, must be a whole number from 128 to 10240'],
  [{ streams: { orders: { retention: Duration.hours(1) } } }, 'retention is Duration.hours(1), must be 24 hours to'],
  [{ streams: { orders: { maxBatchingWindow: Duration.millis(1500) } } }, 'must be 1 second to 5 minutes'],
  [
    { streams: { orders: { startingPosition: 'AT_TIMESTAMP' as 'LATEST' } } },
    'startingPosition is "AT_TIMESTAMP", must be LATEST or TRIM_HORIZON',
  ],
  [{ watermarkLag: Duration.seconds(5) }, 'watermarkLag is Duration.seconds(5), must be 1 minute to 7 days'],
])('rejects %j before anything is made', (props, message) => {
  expect(() => shop(() => props)).toThrow(message);
});

test("rejects shards for a stream of one's own", () => {
  expect(() => shop((stack) => ({ streams: { orders: { stream: new Stream(stack, 'Mine'), shards: 2 } } }))).toThrow(
    "streams.orders has both stream and shards: a stream of one's own has its shards already",
  );
});

test('rejects a second pipeline in a stack', () => {
  const { stack } = shop();
  expect(() => new EventPipeline(stack, 'Second', { definition: 'test/infra/shop.yaml' })).toThrow(
    'the stack holds the pipeline shop/Shop already: give each pipeline a stack of its own',
  );
});
