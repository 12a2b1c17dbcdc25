import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Keeps what the functions cannot use, for three months, also after the stack is gone. */
export function deadLetterBucket(scope: Construct, id: string, key: IKey | undefined): Bucket {
  return new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(90) }],
    // CloudFormation deletes no bucket that holds objects: the whole stack would stay behind with it.
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
