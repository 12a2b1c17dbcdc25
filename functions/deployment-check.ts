/** Answers CloudFormation, before anything reads a stream of the user's own, whether Weir can run on it. */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { answer, answerTime } from './custom-resource-answer.ts';
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
/** What is left of the function's time for the answer, in milliseconds. */
const kept = answerTime + 2_000;

export function deploymentCheck({ ignoresKeys, sleep }: CheckServices): DeploymentCheck {
  const faultOf = async (streams: Readonly<Record<string, string>>, millis: number): Promise<string | undefined> => {
    // What hangs is given up while it can still be told.
    const signal = AbortSignal.timeout(Math.max(0, millis));
    for (const [stream, streamName] of Object.entries(streams)) {
      const fault = await keysFault(stream, streamName, (name) => ignoresKeys(name, signal));
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return async (event, context) => {
    // Nothing was made that could be deleted.
    if (event.RequestType === 'Delete') return answer(event, undefined, sleep);
    const streams = event.ResourceProperties['streams'] as Readonly<Record<string, string>>;
    let fault: string | undefined;
    for (;;) {
      try {
        fault = await faultOf(streams, context.getRemainingTimeInMillis() - kept);
        break;
      } catch (cause) {
        fault = `${Object.values(streams).join(', ')} cannot be asked for partition keys: ${String(cause)}`;
        if (context.getRemainingTimeInMillis() < kept + tryEvery) break;
        await sleep(tryEvery);
      }
    }
    return answer(event, fault, sleep);
  };
}
