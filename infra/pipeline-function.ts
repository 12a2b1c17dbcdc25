import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { grantLog } from './grants.ts';

export interface PipelineFunctionProps {
  readonly description: string;
  /**
   * Where somebody outside of the stack must know it.
   *
   * @default - CloudFormation makes one
   */
  readonly functionName?: string;
  /** Holds the handler, as `index.mjs`. */
  readonly code: Code;
  readonly environment?: Readonly<Record<string, string>>;
  /** The log group goes with the stack or stays behind it. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Megabytes; 1,769 is one whole core.
   *
   * @default 1769
   */
  readonly memorySize?: number;
}

/** A function of Weir's with the compiled pipeline in it, and a role that lets it write its log. */
export function pipelineFunction(scope: Construct, id: string, props: PipelineFunctionProps): LambdaFunction {
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: props.removalPolicy,
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grantLog(logGroup, role);
  return new LambdaFunction(scope, id, {
    description: props.description,
    ...(props.functionName !== undefined && { functionName: props.functionName }),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: props.code,
    memorySize: props.memorySize ?? 1769,
    timeout: Duration.seconds(60),
    environment: { ...props.environment },
    role,
    logGroup,
  });
}
