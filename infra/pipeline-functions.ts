import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { planModule } from '../engine/plan/module.ts';
import { resultStreams, revisedStreams } from '../engine/plan/sources.ts';
import { redriveName, variables } from '../functions/environment.ts';
import { bundle, type FunctionName } from './bundle.ts';
import { grantDeadLetters } from './dead-letter-bucket.ts';
import type { EventPipeline } from './event-pipeline.ts';
import { grantDue, grantKey, grantPut, grantState, grantTip } from './grants.ts';
import { pipelineFunction, type PipelineFunctionProps } from './pipeline-function.ts';
import type { StreamSettings } from './pipeline-props.ts';
import { putRevisions } from './revised-streams.ts';
import { askForPartitionKeys, readByFunction, type StreamFunction } from './stream-reader.ts';

interface FunctionsProps {
  readonly definition: PipelineDefinition;
  readonly streams?: Readonly<Record<string, StreamSettings>>;
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/** The functions of a pipeline, each with leave to do what it does and no more. */
export class PipelineFunctions {
  /** By the stream's name in the pipeline file. */
  readonly processStream: ReadonlyMap<string, StreamFunction>;
  readonly advanceTime: LambdaFunction;
  readonly #pipeline: EventPipeline;
  readonly #props: FunctionsProps;
  readonly #plan: string;

  constructor(pipeline: EventPipeline, props: FunctionsProps) {
    this.#pipeline = pipeline;
    this.#props = props;
    this.#plan = planModule(props.definition);
    const code = this.#code('process-stream');
    const unread = resultStreams(props.definition).flatMap(({ name, isRead }) => (isRead ? [] : [name]));
    const all = [...pipeline.streams, ...pipeline.derivedStreams];
    const read = all.filter(([name]) => !unread.includes(name));
    this.processStream = new Map(read.map(([name, stream]) => [name, this.#processStream(name, stream, code)]));
    const redrive = this.#function('redrive', {
      functionName: redriveName(Stack.of(pipeline).stackName),
      code: this.#code('redrive'),
      description: 'puts dead letters back, called by weir replay',
    });
    putRevisions(pipeline, revisedStreams(props.definition), redrive);
    this.advanceTime = this.#advanceTime();
    const own = new Map(all.filter(([name]) => props.streams?.[name]?.stream !== undefined));
    askForPartitionKeys(pipeline, own, this.advanceTime, this.processStream);
  }

  #processStream(name: string, stream: IStream, code: Code): StreamFunction {
    const isDerived = this.#pipeline.derivedStreams.has(name);
    // Of results, what was put before anybody read it counts too.
    const settings: StreamSettings = {
      ...(isDerived && { startingPosition: 'TRIM_HORIZON' }),
      ...this.#props.streams?.[name],
    };
    const handler = this.#function(`${name}-process`, {
      code,
      description: `applies the rules to ${name}`,
      environment: { [variables.stream]: name },
      ...(settings.memorySize !== undefined && { memorySize: settings.memorySize }),
    });
    grantDeadLetters(this.#pipeline.deadLetters, handler);
    putRevisions(this.#pipeline, revisedStreams(this.#props.definition, name), handler);
    return { handler, source: readByFunction(stream, handler, this.#pipeline.deadLetters, settings) };
  }

  #advanceTime(): LambdaFunction {
    const { stateTable, alertTable, streams, derivedStreams } = this.#pipeline;
    const all = new Map([...streams, ...derivedStreams]);
    const names = Object.fromEntries([...all].map(([name, stream]) => [name, stream.streamName]));
    const handler = this.#function('advance-time', {
      code: this.#code('advance-time'),
      description: 'watermarks, windows that close, pending alerts',
      environment: { [variables.streamNames]: Stack.of(this.#pipeline).toJsonString(names) },
    });
    grantDue([stateTable, alertTable], handler);
    grantTip([...all.values()], handler);
    if (derivedStreams.size > 0) grantPut([...derivedStreams.values()], handler);
    // What one run leaves undone the next does: a minute later is soon enough.
    handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this.#pipeline, 'EveryMinute', {
      description: `Weir ${this.#props.definition.name}: advances time`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new FunctionTarget(handler)],
    });
    return handler;
  }

  #code(name: FunctionName): Code {
    return Code.fromAsset(bundle(name, this.#plan).directory);
  }

  #function(id: string, props: Omit<PipelineFunctionProps, 'removalPolicy'>): LambdaFunction {
    const { stateTable, alertTable, alertTopic, deadLetters } = this.#pipeline;
    const { definition, encryptionKey, removalPolicy } = this.#props;
    const handler = pipelineFunction(this.#pipeline, id, {
      ...props,
      removalPolicy,
      description: `Weir ${definition.name}: ${props.description}`,
      environment: {
        [variables.stateTable]: stateTable.tableName,
        [variables.alertTable]: alertTable.tableName,
        [variables.alertTopic]: alertTopic.topicArn,
        [variables.deadLetterBucket]: deadLetters.bucketName,
        [variables.service]: Stack.of(this.#pipeline).stackName,
        ...props.environment,
      },
    });
    grantState(this.#pipeline, handler);
    if (encryptionKey !== undefined) grantKey(encryptionKey, handler);
    return handler;
  }
}
