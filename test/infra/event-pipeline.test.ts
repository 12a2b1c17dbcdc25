import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { pipelineStack, type PipelineStackOptions } from '../../infra/pipeline-stack.ts';

const { definition } = loadPipelineFile('pipelines/retail/pipeline.yaml');

function synthesized(options: Partial<PipelineStackOptions> = {}): Template {
  const app = new App({ analyticsReporting: false });
  return Template.fromStack(pipelineStack(app, { definition: definition!, retain: true, ...options }));
}

const template = synthesized();

test('there is nothing to warn of', () => {
  const app = new App({ analyticsReporting: false });
  const annotations = Annotations.fromStack(pipelineStack(app, { definition: definition!, retain: true }));
  for (const found of [annotations.findWarning('*', Match.anyValue()), annotations.findError('*', Match.anyValue())])
    expect(found).toEqual([]);
});

/** The statements of the role's policies of every function. */
function statements(of: Template): readonly { readonly Action: string | string[]; readonly Resource: unknown }[] {
  return Object.values(of.findResources('AWS::IAM::Policy')).flatMap(
    (policy) =>
      (policy as { Properties: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } } })
        .Properties.PolicyDocument.Statement,
  );
}

test('a pipeline has a stream and a function for each declared stream and for results that are read, one function for time and one for dead letters', () => {
  template.resourceCountIs('AWS::Kinesis::Stream', 5);
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 5);
  template.resourceCountIs('AWS::Lambda::Function', 7);
  for (const name of ['orders', 'reviews', 'visits', 'customers', 'daily-totals']) {
    template.hasResourceProperties('AWS::Kinesis::Stream', { Name: `retail-${name}`, RetentionPeriodHours: 24 });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['arm64'],
      Environment: { Variables: Match.objectLike({ WEIR_STREAM: name }) },
    });
  }
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
});

test('a mapping keeps the order of its shards, answers partial batches and keeps what is given up', () => {
  template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    BisectBatchOnFunctionError: false,
    ParallelizationFactor: 1,
    FilterCriteria: Match.absent(),
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BatchSize: 5000,
    MaximumBatchingWindowInSeconds: 1,
    MaximumRetryAttempts: -1,
    // An hour less than the stream's retention.
    MaximumRecordAgeInSeconds: 23 * 3600,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } } },
  });
});

test('events are read from the tip on, and results from the first', () => {
  const positions = Object.entries(template.findResources('AWS::Lambda::EventSourceMapping')).map(([id, mapping]) => [
    /daily/i.test(id),
    (mapping as { Properties: { StartingPosition: string } }).Properties.StartingPosition,
  ]);
  const latest = [false, 'LATEST'];
  expect(positions.sort()).toEqual([latest, latest, latest, latest, [true, 'TRIM_HORIZON']]);
});

test('advance-time alone puts records, and into streams of results alone', () => {
  const putting = statements(template).filter(({ Action }) => [Action].flat().includes('kinesis:PutRecords'));
  expect(putting).toMatchObject([
    { Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Pipelinedailytotals|dailytotals/), 'Arn'] } },
  ]);
});

test('state and alert table expire items by ttl and index what is due', () => {
  template.resourceCountIs('AWS::DynamoDB::Table', 2);
  template.allResourcesProperties('AWS::DynamoDB::Table', {
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'slot', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});

test('no function may do more than is named, nor to more than its own resources', () => {
  for (const { Action, Resource } of statements(template)) {
    expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
    expect([Resource].flat()).not.toContain('*');
  }
});

test('a function writes to the state, the topic, the dead letters and its log, and to nothing else', () => {
  const writes = new Set(
    statements(template)
      .flatMap(({ Action }) => Action)
      .filter((action) => !/:(Get|List|Describe|Subscribe|BatchGet|Query)/.test(action)),
  );
  expect([...writes].sort()).toEqual([
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PutItem',
    'kinesis:PutRecord',
    'kinesis:PutRecords',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:PutObject',
    'sns:Publish',
  ]);
});

test('what puts dead letters back has a name that is known beforehand, keeps state, and reaches neither streams nor bucket', () => {
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'weir-retail-redrive', Timeout: 60 });
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith('redrive'),
  );
  const { Statement } = (
    policy?.[1] as { Properties: { PolicyDocument: { Statement: { Action: string | string[] }[] } } }
  ).Properties.PolicyDocument;
  expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'sns:Publish',
  ]);
});

test('data outlives the stack unless it is told not to', () => {
  const stores = ['AWS::Kinesis::Stream', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'];
  const passing = synthesized({ retain: false });
  for (const type of stores) {
    template.allResources(type, { DeletionPolicy: 'Retain' });
    // A bucket that holds objects cannot be deleted, and would hold the stack up.
    passing.allResources(type, { DeletionPolicy: type === 'AWS::S3::Bucket' ? 'Retain' : 'Delete' });
  }
});

test('alerts are mailed where an address is given', () => {
  template.resourceCountIs('AWS::SNS::Subscription', 0);
  synthesized({ alertEmail: 'team@example.com' }).hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'team@example.com',
  });
});

test('rejects names that AWS would not take', () => {
  const named =
    (name: string): (() => Template) =>
    () =>
      synthesized({ definition: { ...definition!, name } });
  expect(named('my_shop')).toThrow('the pipeline is called "my_shop", AWS allows 1 to 51 letters, digits and hyphens');
  expect(() =>
    synthesized({ definition: { ...definition!, streams: [{ ...definition!.streams[0]!, name: 'x'.repeat(122) }] } }),
  ).toThrow('at most 121 of them');
});

test('the stack holds these types of resources and no others', () => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>)) {
    counts[Type] = (counts[Type] ?? 0) + 1;
  }
  expect(counts).toMatchInlineSnapshot(`
{
  "AWS::CloudWatch::Alarm": 27,
  "AWS::CloudWatch::Dashboard": 1,
  "AWS::DynamoDB::Table": 2,
  "AWS::Events::Rule": 1,
  "AWS::IAM::Policy": 7,
  "AWS::IAM::Role": 7,
  "AWS::Kinesis::Stream": 5,
  "AWS::Lambda::EventInvokeConfig": 1,
  "AWS::Lambda::EventSourceMapping": 5,
  "AWS::Lambda::Function": 7,
  "AWS::Lambda::Permission": 1,
  "AWS::Logs::LogGroup": 7,
  "AWS::S3::Bucket": 1,
  "AWS::S3::BucketPolicy": 1,
  "AWS::SNS::Topic": 2,
  "AWS::SNS::TopicPolicy": 2,
}
`);
});
