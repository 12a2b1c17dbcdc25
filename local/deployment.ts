/**
 * Makes in the embedded services what the synthesized template describes, so that there is one truth for here and for
 * the cloud. What only the cloud enforces (roles, policies, logs) is passed over; a type that nobody has thought of
 * is an error.
 */
import { dirname, join } from 'node:path';
import { account, callJson, callS3, callSns, element, region } from './aws-call.ts';
import type { MappingSettings } from './event-source-mapping.ts';
import type { HostedFunction } from './function-host.ts';
import { type Attributes, type Properties, type Resource, readTemplate, resolveIntrinsics } from './template.ts';

export interface Endpoints {
  readonly kinesis: string;
  readonly dynamodb: string;
  /** SNS, SQS and S3. */
  readonly messaging: string;
}

export interface DeployedFunction extends HostedFunction {
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
}

/** The settings that the template gives; the endpoint and the envelope belong to the run. */
export interface DeployedMapping extends Omit<MappingSettings, 'endpoint' | 'envelope'> {
  readonly id: string;
  readonly functionName: string;
  readonly streamArn: string;
  /** The bucket of the on-failure destination. */
  readonly destination?: string;
}

export interface DeployedSchedule {
  readonly functionName: string;
  /** Milliseconds. */
  readonly every: number;
}

export interface Deployment {
  readonly functions: readonly DeployedFunction[];
  readonly mappings: readonly DeployedMapping[];
  readonly schedules: readonly DeployedSchedule[];
  /** The stack's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Enforced by the cloud alone. */
const passedOver = new Set([
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::Logs::LogGroup',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::BucketPolicy',
  'AWS::Lambda::Permission',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::CDK::Metadata',
]);

/** Made first, because the others refer to them. */
const stores = new Set(['AWS::Kinesis::Stream', 'AWS::DynamoDB::Table', 'AWS::SNS::Topic', 'AWS::S3::Bucket']);

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export interface DeployOptions {
  /** Path of the template; the assets lie beside it. */
  readonly template: string;
  readonly stackName: string;
  readonly endpoints: Endpoints;
  /** Of every stream. */
  readonly shards: number;
}

export async function deploy({ template: path, stackName, endpoints, shards }: DeployOptions): Promise<Deployment> {
  const template = readTemplate(path, stackName);
  const attributes = new Map<string, Attributes>();
  const resolve = (resource: Resource): Properties =>
    resolveIntrinsics(resource.properties, stackName, attributes) as Properties;
  const of = (type: string): readonly Resource[] => template.resources.filter((resource) => resource.type === type);

  await Promise.all(
    template.resources
      .filter(({ type }) => stores.has(type))
      .map(async (resource) => {
        const made = await makeStore(resource, resolve(resource), `${stackName}-${resource.id}`, endpoints, shards);
        attributes.set(resource.id, made);
      }),
  );
  for (const { id, type, properties } of template.resources) {
    const name = `${stackName}-${id}`;
    if (type === 'AWS::IAM::Role') attributes.set(id, { ref: name, arn: `arn:aws:iam::${account}:role/${name}` });
    if (type === 'AWS::Logs::LogGroup') attributes.set(id, { ref: name, arn: '' });
    if (type === 'AWS::Lambda::Function') {
      const given = (properties['FunctionName'] as string | undefined) ?? name;
      attributes.set(id, { ref: given, arn: `arn:aws:lambda:${region}:${account}:function:${given}` });
    }
  }
  const functions = of('AWS::Lambda::Function').map((resource) =>
    deployedFunction(resolve(resource), attributes.get(resource.id), path),
  );
  const functionName = (reference: unknown): string => {
    const name = String(reference).split(':').at(-1) ?? '';
    if (functions.some((each) => each.name === name)) return name;
    throw new Error(`the template invokes ${String(reference)}, which is none of its functions`);
  };
  const mappings: DeployedMapping[] = [];
  const schedules: DeployedSchedule[] = [];
  for (const resource of template.resources) {
    const { type } = resource;
    if (stores.has(type) || passedOver.has(type) || type === 'AWS::Lambda::Function') continue;
    const properties = resolve(resource);
    if (type === 'AWS::Lambda::EventSourceMapping') {
      mappings.push(deployedMapping(resource.id, properties, functionName(properties['FunctionName'])));
    } else if (type === 'AWS::Events::Rule') {
      schedules.push(...deployedSchedules(properties, functionName));
    } else if (type === 'AWS::SNS::Subscription') {
      await subscribe(properties, endpoints);
    } else {
      throw new Error(`the template holds ${resource.id}, a ${type}, which the local run cannot make`);
    }
  }
  const outputs = resolveIntrinsics(template.outputs, stackName, attributes) as Record<string, string>;
  return { functions, mappings, schedules, outputs };
}

async function makeStore(
  { type }: Resource,
  properties: Properties,
  generated: string,
  endpoints: Endpoints,
  shards: number,
): Promise<Attributes> {
  const named = (property: string): string => {
    const name = properties[property];
    return typeof name === 'string' ? name : generated;
  };
  switch (type) {
    case 'AWS::Kinesis::Stream': {
      const name = named('Name');
      const body = { StreamName: name, ShardCount: shards };
      await callJson(endpoints.kinesis, 'Kinesis_20131202', 'CreateStream', body);
      const answer = await callJson(endpoints.kinesis, 'Kinesis_20131202', 'DescribeStreamSummary', {
        StreamName: name,
      });
      const { StreamDescriptionSummary: summary } = answer as { StreamDescriptionSummary: { StreamARN: string } };
      return { ref: name, arn: summary.StreamARN };
    }
    case 'AWS::DynamoDB::Table': {
      const name = named('TableName');
      const ttl = properties['TimeToLiveSpecification'];
      const fields = ['AttributeDefinitions', 'KeySchema', 'BillingMode', 'GlobalSecondaryIndexes'];
      const body = Object.fromEntries(
        fields.flatMap((field) => (field in properties ? [[field, properties[field]]] : [])),
      );
      const call = (operation: string, more: object) =>
        callJson(endpoints.dynamodb, 'DynamoDB_20120810', operation, { TableName: name, ...more });
      await call('CreateTable', body);
      if (ttl !== undefined) await call('UpdateTimeToLive', { TimeToLiveSpecification: ttl });
      return { ref: name, arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` };
    }
    case 'AWS::SNS::Topic': {
      const answer = await callSns(endpoints.messaging, { Action: 'CreateTopic', Name: named('TopicName') });
      const arn = element(answer, 'TopicArn') ?? '';
      return { ref: arn, arn };
    }
    default: {
      // Names of buckets are lower case.
      const name = named('BucketName').toLowerCase();
      await callS3(endpoints.messaging, 'PUT', name);
      return { ref: name, arn: `arn:aws:s3:::${name}` };
    }
  }
}

function deployedFunction(
  properties: Properties,
  attributes: Attributes | undefined,
  template: string,
): DeployedFunction {
  const code = properties['Code'] as { readonly S3Key: string };
  const environment = properties['Environment'] as { readonly Variables: Readonly<Record<string, string>> } | undefined;
  const [file, handler] = String(properties['Handler']).split('.');
  return {
    name: attributes?.ref ?? '',
    arn: attributes?.arn ?? '',
    module: join(dirname(template), `asset.${code.S3Key.replace(/\.zip$/, '')}`, `${file ?? ''}.mjs`),
    handler: handler ?? '',
    timeout: Number(properties['Timeout'] ?? 3) * 1000,
    memory: Number(properties['MemorySize'] ?? 128),
    environment: environment?.Variables ?? {},
    roleArn: String(properties['Role']),
  };
}

function deployedMapping(id: string, properties: Properties, functionName: string): DeployedMapping {
  for (const [property, allowed] of [
    ['ParallelizationFactor', 1],
    ['BisectBatchOnFunctionError', false],
    ['FilterCriteria', undefined],
    ['TumblingWindowInSeconds', undefined],
  ] as const) {
    const value = properties[property];
    if (value !== undefined && value !== allowed) {
      throw new Error(
        `the template sets ${property} of ${id} to ${JSON.stringify(value)}, the local run cannot do that`,
      );
    }
  }
  const number = (name: string, otherwise: number): number => Number(properties[name] ?? otherwise);
  const streamArn = String(properties['EventSourceArn']);
  const age = number('MaximumRecordAgeInSeconds', -1);
  const types = (properties['FunctionResponseTypes'] ?? []) as readonly string[];
  const destination = properties['DestinationConfig'] as { OnFailure?: { Destination: string } } | undefined;
  const bucket = destination?.OnFailure?.Destination.replace(/^arn:aws:s3:::/, '');
  return {
    id,
    functionName,
    streamArn,
    streamName: streamArn.slice(streamArn.lastIndexOf('/') + 1),
    startingPosition: properties['StartingPosition'] === 'TRIM_HORIZON' ? 'TRIM_HORIZON' : 'LATEST',
    batchSize: number('BatchSize', 100),
    batchingWindow: number('MaximumBatchingWindowInSeconds', 0) * 1000,
    retryAttempts: number('MaximumRetryAttempts', -1),
    recordAge: age < 0 ? -1 : age * 1000,
    reportBatchItemFailures: types.includes('ReportBatchItemFailures'),
    ...(bucket !== undefined && { destination: bucket }),
  };
}

function deployedSchedules(
  properties: Properties,
  functionName: (arn: unknown) => string,
): readonly DeployedSchedule[] {
  const expression = String(properties['ScheduleExpression']);
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const every = Number(count) * (units[unit ?? ''] ?? NaN);
  if (Number.isNaN(every)) throw new Error(`the template has the schedule ${expression}, the local run knows rate(…)`);
  const targets = (properties['Targets'] ?? []) as readonly { readonly Arn: string }[];
  return targets.map(({ Arn }) => ({ functionName: functionName(Arn), every }));
}

async function subscribe(properties: Properties, endpoints: Endpoints): Promise<void> {
  // Nothing here sends mail.
  if (properties['Protocol'] === 'email') return;
  await callSns(endpoints.messaging, {
    Action: 'Subscribe',
    TopicArn: String(properties['TopicArn']),
    Protocol: String(properties['Protocol']),
    Endpoint: String(properties['Endpoint']),
  });
}
