import { type CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Keeps what the functions cannot use, for three months, also after the stack is gone. */
export function deadLetterBucket(scope: Construct, id: string, key: IKey | undefined): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(90) }],
    // CloudFormation deletes no bucket that holds objects: the whole stack would stay behind with it.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'nobody but the functions of the stack may write to it; who reads it is told by CloudTrail where that is asked',
  });
  return bucket;
}

/** Puts aside what it cannot use. */
export function grantDeadLetters(bucket: Bucket, handler: LambdaFunction): void {
  allowObjects(bucket, ['invalid', 'late'], handler);
}

/** Keeps what Lambda gives up, which it writes with the function's role under a prefix of its own. */
export function grantGivenUp(bucket: Bucket, handler: LambdaFunction): void {
  allowObjects(bucket, ['aws/lambda'], handler);
  handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
}

/** Writes objects under prefixes of a bucket; their names are not known beforehand, so that a policy cannot have them. */
function allowObjects(bucket: Bucket, prefixes: readonly string[], handler: LambdaFunction): void {
  const resources = prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`));
  handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources }));
  const name = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnElement);
  Validations.of(handler.role ?? handler).acknowledge(
    ...prefixes.map((prefix) => ({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}/*]`,
      reason: `the names of the objects under ${prefix}/ are made of shards and sequence numbers when they are written`,
    })),
  );
}
