// A CDK application that has a stream and a key of its own, and lets Weir read the stream.
import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { EventPipeline } from 'weir';

const app = new App();
const stack = new Stack(app, 'consumer');
const removalPolicy = RemovalPolicy.DESTROY;
const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true, removalPolicy });
const stream = new Stream(stack, 'Orders', {
  shardCount: 1,
  encryption: StreamEncryption.KMS,
  encryptionKey,
  removalPolicy,
});

const pipeline = new EventPipeline(stack, 'Weir', {
  definition: 'pipeline.yaml',
  params: { limit: 100 },
  streams: { orders: { stream } },
  encryptionKey,
  removalPolicy,
});

const producer = new Role(stack, 'Producer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
pipeline.grantPutEvents(producer, 'orders');
pipeline.metricAlerts().createAlarm(stack, 'ManyAlerts', { threshold: 100, evaluationPeriods: 1 });

new CfnOutput(stack, 'StreamName', { value: stream.streamName });
new CfnOutput(stack, 'AlertTopicArn', { value: pipeline.alertTopic.topicArn });
new CfnOutput(stack, 'DeadLetterBucketName', { value: pipeline.deadLetters.bucketName });
