/** What CloudFormation is answered of a custom resource of which nothing was made. */
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/** Without an answer a deployment stands until it gives up, so the place where it belongs is tried more than once. */
const tries = 3;
/** For one of them, and between two, in milliseconds. */
const patience = 5_000;
const pause = 1_000;

/** The longest that an answer takes, in milliseconds. */
export const answerTime = tries * (patience + pause);

/** `fault` is shown to who deploys; without one all is well. Throws where nobody takes the answer. */
export async function answer(
  event: CloudFormationCustomResourceEvent,
  fault: string | undefined,
  sleep: (millis: number) => Promise<unknown>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  // The same all its life: another would ask for the one before to be deleted.
  const PhysicalResourceId = event.RequestType === 'Create' ? LogicalResourceId : event.PhysicalResourceId;
  const same = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  const answered: CloudFormationCustomResourceResponse =
    fault === undefined
      ? { Status: 'SUCCESS', ...same }
      : // All of the answer may have 4 KB.
        { Status: 'FAILED', Reason: fault.slice(0, 1000), ...same };
  // As bytes: the address was signed for a body without a content type.
  const body = Buffer.from(JSON.stringify(answered));
  for (let left = tries - 1; ; left -= 1) {
    const refusal = await fetch(event.ResponseURL, { method: 'PUT', body, signal: AbortSignal.timeout(patience) }).then(
      ({ ok, status }) => (ok ? undefined : `status ${status}`),
      // Not the error itself: the address is a secret while it holds.
      (cause: unknown) => (cause instanceof Error ? cause.name : 'no answer'),
    );
    if (refusal === undefined) return;
    if (left === 0) throw new Error(`CloudFormation did not take the answer: ${refusal}`);
    await sleep(pause);
  }
}
