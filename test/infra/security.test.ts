import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventPipeline } from '../../infra/event-pipeline.ts';
import { shop, statementsOf, templateOf } from './shop.ts';

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs: { readonly constructPath?: string }[];
}

interface Findings {
  readonly violations: readonly string[];
  readonly suppressed: readonly string[];
}

/** What cdk-nag finds, and what of it is acknowledged with a reason. */
function findings(withKey: boolean, more: (stack: Stack) => void = () => undefined): Findings {
  const outdir = mkdtempSync(join(tmpdir(), 'weir-nag-'));
  const app = new App({ analyticsReporting: false, outdir });
  const stack = new Stack(app, 'shop');
  const encryptionKey = withKey ? { encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) } : {};
  const stream = Stream.fromStreamArn(stack, 'Theirs', 'arn:aws:kinesis:eu-west-1:111122223333:stream/theirs');
  new EventPipeline(stack, 'Shop', {
    definition: 'test/infra/shop.yaml',
    streams: { returns: { stream } },
    ...encryptionKey,
  });
  more(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const before = process.exitCode;
  try {
    app.synth();
  } catch (cause) {
    // What is found fails the synthesis; the report says what it was.
    if ((cause as Error).name !== 'ValidationFailed') throw cause;
  }
  process.exitCode = before;
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    readonly pluginReports: {
      readonly pluginName: string;
      readonly violations: Violation[];
      readonly suppressedViolations?: Violation[];
    }[];
  };
  const nag = report.pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions')!;
  const named = (found: readonly Violation[]): string[] =>
    found.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
    );
  return { violations: named(nag.violations), suppressed: named(nag.suppressedViolations ?? []) };
}

test.each([false, true])('the AwsSolutions rules find nothing that is not acknowledged; own key: %s', (withKey) => {
  const { violations, suppressed } = findings(withKey);
  expect(violations).toEqual([]);
  const rules = new Set(suppressed.map((text) => /AwsSolutions-\w+/.exec(text)?.[0]));
  expect([...rules].sort()).toEqual([
    'AwsSolutions-IAM5',
    ...(withKey ? ['AwsSolutions-KDS3'] : []),
    'AwsSolutions-S1',
  ]);
});

test('what is acknowledged for the pipeline is still found elsewhere in its stack', () => {
  const { violations } = findings(false, (stack) => new Bucket(stack, 'Other', { enforceSSL: true }));
  expect(violations).toEqual(['AwsSolutions-S1 shop/Other/Resource']);
});

describe("with a key of the user's own", () => {
  const made = shop((stack) => ({ encryptionKey: new Key(stack, 'Mine') }));
  const template = templateOf(made);
  const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] };

  test('streams, tables, topics and dead letters are encrypted with it', () => {
    template.allResourcesProperties('AWS::Kinesis::Stream', {
      StreamEncryption: { EncryptionType: 'KMS', KeyId: key },
    });
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      SSESpecification: { KMSMasterKeyId: key, SSEEnabled: true, SSEType: 'KMS' },
    });
    template.resourceCountIs('AWS::SNS::Topic', 2);
    template.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: key });
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } },
        ],
      },
    });
  });

  test('every function may use it, by names of actions', () => {
    const uses = statementsOf(template).filter(({ Action }) => [Action].flat().includes('kms:GenerateDataKey'));
    expect(uses).toHaveLength(4);
    expect([...new Set(statementsOf(template).flatMap(({ Action }) => Action))].filter((a) => a.includes('*'))).toEqual(
      [],
    );
  });

  test('alarms may publish to a topic that it encrypts', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          }),
        ]),
      },
    });
  });
});

test('everything is refused that does not come over TLS, and nothing is public', () => {
  const template = templateOf(shop());
  for (const type of ['AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy']) {
    template.allResourcesProperties(type, {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  }
  template.allResourcesProperties('AWS::S3::Bucket', {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  expect(Template.fromStack(shop().stack).findResources('AWS::Lambda::Url')).toEqual({});
});
