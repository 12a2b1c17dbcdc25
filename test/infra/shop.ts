/** A small pipeline in a stack of its own, with the props that a test is about. */
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventPipeline, type EventPipelineProps } from '../../infra/event-pipeline.ts';

export interface Shop {
  readonly app: App;
  readonly stack: Stack;
  readonly pipeline: EventPipeline;
}

/** `props` may need the stack that the pipeline will be in, for resources of the user's own. */
export function shop(props: (stack: Stack) => Partial<EventPipelineProps> = () => ({})): Shop {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'shop');
  const pipeline = new EventPipeline(stack, 'Shop', { definition: 'test/infra/shop.yaml', ...props(stack) });
  return { app, stack, pipeline };
}

export function templateOf({ stack }: Shop): Template {
  return Template.fromStack(stack);
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** The statements of the policies whose logical id begins so. */
export function statementsOf(template: Template, id = ''): readonly Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([logicalId]) => logicalId.startsWith(id))
    .flatMap(
      ([, policy]) =>
        (policy as { Properties: { PolicyDocument: { Statement: Statement[] } } }).Properties.PolicyDocument.Statement,
    );
}
