import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { EventPipeline } from './event-pipeline.ts';
import { checkNames } from './prop-faults.ts';

export interface PipelineStackOptions {
  readonly definition: PipelineDefinition;
  /** Where alerts are mailed to. */
  readonly alertEmail?: string;
  /** Where alarms about the pipeline itself are mailed to. */
  readonly alarmEmail?: string;
  /** False: streams, tables, dead letters and logs go with the stack. */
  readonly retain: boolean;
}

/** One pipeline as one stack, for whatever account and region it is deployed to. */
export function pipelineStack(app: App, { definition, retain, ...emails }: PipelineStackOptions): Stack {
  // Before the stack is named after the pipeline, and the CDK complains of its own name for it.
  checkNames(definition.name, []);
  const stack = new Stack(app, `weir-${definition.name}`, { description: `Weir pipeline ${definition.name}` });
  // An id of `Default` leaves no trace in the names of what is in it.
  const pipeline = new EventPipeline(stack, 'Default', {
    definition,
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    // One by one: an app may give more than a stack is made of.
    ...(emails.alertEmail !== undefined && { alertEmail: emails.alertEmail }),
    ...(emails.alarmEmail !== undefined && { alarmEmail: emails.alarmEmail }),
  });
  const output = (id: string, value: string) => new CfnOutput(stack, id, { value });
  for (const [name, stream] of [...pipeline.streams, ...pipeline.derivedStreams])
    output(`${name}StreamName`, stream.streamName);
  output('AlertTopicArn', pipeline.alertTopic.topicArn);
  output('AlarmTopicArn', pipeline.alarmTopic.topicArn);
  output('StateTableName', pipeline.stateTable.tableName);
  output('AlertTableName', pipeline.alertTable.tableName);
  output('DeadLetterBucketName', pipeline.deadLetters.bucketName);
  return stack;
}

/** Writes the stack of a pipeline and its assets to a folder; the path of its template. */
export function synthesize(options: PipelineStackOptions, outdir: string): string {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = pipelineStack(app, options);
  return app.synth().getStackArtifact(stack.artifactId).templateFullPath;
}
