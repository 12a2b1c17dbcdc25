/** A synthesized CloudFormation template, and the intrinsic functions that Weir's own stack uses. */
import { readFileSync } from 'node:fs';
import { account, region } from './aws-call.ts';

export type Properties = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Properties;
}

/** What `Ref` and `Fn::GetAtt` say of a resource that exists. */
export interface Attributes {
  readonly ref: string;
  readonly arn: string;
}

interface TemplateText {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Template {
  readonly stackName: string;
  readonly resources: readonly Resource[];
  readonly outputs: Properties;
}

export function readTemplate(path: string, stackName: string): Template {
  const { Resources, Outputs } = JSON.parse(readFileSync(path, 'utf8')) as TemplateText;
  return {
    stackName,
    resources: Object.entries(Resources).map(([id, { Type, Properties }]) => ({
      id,
      type: Type,
      properties: Properties ?? {},
    })),
    outputs: Object.fromEntries(Object.entries(Outputs ?? {}).map(([name, { Value }]) => [name, Value])),
  };
}

/** Replaces every intrinsic function in `value` by what it stands for; throws where that is not known. */
export function resolveIntrinsics(
  value: unknown,
  stackName: string,
  attributes: ReadonlyMap<string, Attributes>,
): unknown {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
  };
  const known = (id: string): Attributes => {
    const found = attributes.get(id);
    if (found === undefined) throw new Error(`the template refers to ${id}, which the local run has not made`);
    return found;
  };
  const reference = (name: string): string => pseudo[name] ?? known(name).ref;
  const attribute = (id: string, name: string): string => {
    if (name === 'Arn') return known(id).arn;
    throw new Error(`the template asks for ${id}.${name}, the local run knows Arn`);
  };
  const text = (part: unknown): string => {
    const resolved = resolve(part);
    if (typeof resolved === 'string' || typeof resolved === 'number') return String(resolved);
    throw new Error(`the template joins ${JSON.stringify(part)}, which is no text`);
  };
  const intrinsic = (name: string, argument: unknown): unknown => {
    if (name === 'Ref' && typeof argument === 'string') return reference(argument);
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) return attribute(String(argument[0]), String(argument[1]));
    if (name === 'Fn::Join' && Array.isArray(argument)) {
      const [separator, parts] = argument as [string, readonly unknown[]];
      return parts.map(text).join(separator);
    }
    if (name === 'Fn::Sub' && typeof argument === 'string') {
      return argument.replaceAll(/\$\{([^}!]+)\}/g, (_whole, inner: string) => {
        const [id, ...rest] = inner.split('.');
        return rest.length === 0 ? reference(inner) : attribute(id ?? inner, rest.join('.'));
      });
    }
    throw new Error(`the template uses ${name}, which the local run does not know`);
  };
  function resolve(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part);
    const [only] = entries;
    if (only !== undefined && entries.length === 1 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return intrinsic(only[0], only[1]);
    }
    return Object.fromEntries(entries.map(([name, inner]) => [name, resolve(inner)]));
  }
  return resolve(value);
}
