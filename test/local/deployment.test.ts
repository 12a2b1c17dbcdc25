import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy } from '../../local/deployment.ts';
import { resolveIntrinsics } from '../../local/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-deployment-'));
/** Nobody listens there: what these tests refuse is refused before anything is made. */
const nowhere = 'http://127.0.0.1:9';
const endpoints = { kinesis: nowhere, dynamodb: nowhere, messaging: nowhere };

function deployed(resources: object): Promise<unknown> {
  const template = join(folder, 'weir-test.template.json');
  writeFileSync(template, JSON.stringify({ Resources: resources }));
  return deploy({ template, stackName: 'weir-test', endpoints, shards: 1 });
}

const worker = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Key: 'abc.zip' },
    Handler: 'index.handler',
    Timeout: 60,
    Environment: { Variables: { WHERE: { 'Fn::Sub': '${AWS::Region}/${Worker}' } } },
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
  },
};
const role = { Type: 'AWS::IAM::Role' };

test('a function is its code beside the template, its environment resolved, and what invokes it', async () => {
  const rule = {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(5 minutes)', Targets: [{ Arn: { 'Fn::GetAtt': ['Worker', 'Arn'] } }] },
  };
  expect(await deployed({ Worker: worker, Role: role, Rule: rule })).toMatchObject({
    functions: [
      {
        name: 'weir-test-Worker',
        module: join(folder, 'asset.abc', 'index.mjs'),
        handler: 'handler',
        timeout: 60_000,
        environment: { WHERE: 'us-east-1/weir-test-Worker' },
      },
    ],
    schedules: [{ functionName: 'weir-test-Worker', every: 300_000 }],
  });
});

test.each([
  ['a type that nobody has thought of', { Q: { Type: 'AWS::SQS::Queue' } }, 'the template holds Q, a AWS::SQS::Queue'],
  [
    'a setting of a mapping that changes what is delivered',
    {
      Worker: worker,
      Role: role,
      M: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Worker' }, EventSourceArn: 'arn:x/s', ParallelizationFactor: 2 },
      },
    },
    'the template sets ParallelizationFactor of M to 2',
  ],
  [
    'a schedule that is no rate',
    {
      Worker: worker,
      Role: role,
      R: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 0 * * ? *)' } },
    },
    'the template has the schedule cron(0 0 * * ? *)',
  ],
])('rejects %s', async (_what, resources, message) => {
  await expect(deployed(resources)).rejects.toThrow(message);
});

test('intrinsic functions are resolved at any depth', () => {
  const attributes = new Map([['Topic', { ref: 'arn:topic', arn: 'arn:topic' }]]);
  const value = { a: [{ 'Fn::Join': ['-', ['x', { Ref: 'Topic' }, { Ref: 'AWS::StackName' }]] }], b: { c: 1 } };
  expect(resolveIntrinsics(value, 'weir-test', attributes)).toEqual({ a: ['x-arn:topic-weir-test'], b: { c: 1 } });
});

test.each([
  [{ Ref: 'Nobody' }, 'the template refers to Nobody, which the local run has not made'],
  [{ 'Fn::GetAtt': ['Topic', 'TopicName'] }, 'the template asks for Topic.TopicName, the local run knows Arn'],
  [{ 'Fn::ImportValue': 'x' }, 'the template uses Fn::ImportValue, which the local run does not know'],
])('rejects %j', (value, message) => {
  const attributes = new Map([['Topic', { ref: 'arn:topic', arn: 'arn:topic' }]]);
  expect(() => resolveIntrinsics(value, 'weir-test', attributes)).toThrow(message);
});
