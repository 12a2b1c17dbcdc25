/** Answers CloudFormation, before anything reads a stream of the user's own, whether Weir can run on it. */
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import { type IgnoresKeys, keysFault } from './partition-keys.ts';

export interface CheckServices {
  readonly ignoresKeys: IgnoresKeys;
  readonly sleep: (millis: number) => Promise<unknown>;
}

export type DeploymentCheck = (
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<void>;

/** Between two tries, in milliseconds: what the function may do is not known everywhere as soon as it is deployed. */
const tryEvery = 5_000;
/** Kept for the answer, in milliseconds: without one the deployment waits until it gives up. */
const kept = 20_000;

export function deploymentCheck({ ignoresKeys, sleep }: CheckServices): DeploymentCheck {
  const faultOf = async (streams: Readonly<Record<string, string>>): Promise<string | undefined> => {
    for (const [stream, streamName] of Object.entries(streams)) {
      const fault = await keysFault(stream, streamName, ignoresKeys);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return async (event, context) => {
    // Nothing was made that could be deleted.
    if (event.RequestType === 'Delete') return answer(event, undefined);
    const streams = event.ResourceProperties['streams'] as Readonly<Record<string, string>>;
    let fault: string | undefined;
    for (;;) {
      try {
        fault = await faultOf(streams);
        break;
      } catch (cause) {
        fault = `${Object.values(streams).join(', ')} cannot be asked for partition keys: ${String(cause)}`;
        if (context.getRemainingTimeInMillis() < kept + tryEvery) break;
        await sleep(tryEvery);
      }
    }
    return answer(event, fault);
  };
}

async function answer(event: CloudFormationCustomResourceEvent, fault: string | undefined): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const same = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: LogicalResourceId };
  const body: CloudFormationCustomResourceResponse =
    fault === undefined
      ? { Status: 'SUCCESS', ...same }
      : // All of the answer may have 4 KB.
        { Status: 'FAILED', Reason: fault.slice(0, 1000), ...same };
  // As bytes: the address was signed for a body without a content type.
  const response = await fetch(event.ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(body)) });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}
