import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** A topic that takes and gives messages over TLS alone. */
export function pipelineTopic(scope: Construct, id: string, displayName: string, key: IKey | undefined): Topic {
  return new Topic(scope, id, {
    displayName: displayName.slice(0, 100),
    enforceSSL: true,
    ...(key !== undefined && { masterKey: key }),
  });
}
