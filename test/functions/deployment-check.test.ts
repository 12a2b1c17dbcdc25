import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { deploymentCheck } from '../../functions/deployment-check.ts';
import type { IgnoresKeys } from '../../functions/partition-keys.ts';
import { close, listen } from '../local/listening.ts';

const answers: CloudFormationCustomResourceResponse[] = [];
const contentTypes: (string | undefined)[] = [];
/** What it is answered in turn; all is well beyond. */
const statuses: number[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    contentTypes.push(request.headers['content-type']);
    void text(request).then((body) => {
      answers.push(JSON.parse(body) as CloudFormationCustomResourceResponse);
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  address = await listen(server);
});

afterAll(() => close(server));

/** What CloudFormation is answered; each pause takes `millis` of what is left of the function's minute. */
async function answer(
  RequestType: 'Create' | 'Update' | 'Delete',
  ignoresKeys: IgnoresKeys,
  allTime = 60_000,
): Promise<CloudFormationCustomResourceResponse | undefined> {
  let left = allTime;
  const check = deploymentCheck({ ignoresKeys, sleep: async (millis) => (left -= millis) });
  const event = {
    RequestType,
    ResponseURL: address,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'PartitionKeys',
    ...(RequestType !== 'Create' && { PhysicalResourceId: 'made' }),
    ResourceProperties: { ServiceToken: 'arn', streams: { orders: 'shop-orders', returns: 'old-returns' } },
  } as unknown as CloudFormationCustomResourceEvent;
  await check(event, { getRemainingTimeInMillis: () => left });
  return answers.pop();
}

test('streams whose records keep to partition keys are deployed', async () => {
  expect(await answer('Create', async () => false)).toEqual({
    Status: 'SUCCESS',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'PartitionKeys',
    PhysicalResourceId: 'PartitionKeys',
  });
  // The address of the answer is signed without one.
  expect(contentTypes.pop()).toBeUndefined();
});

test.each(['Create', 'Update'] as const)(
  'one that ignores partition keys fails the deployment (%s), which says what it has and must have',
  async (type) => {
    expect(await answer(type, async (name) => name === 'old-returns')).toMatchObject({
      Status: 'FAILED',
      Reason:
        'the stream returns, old-returns in Kinesis, ignores partition keys: its RecordDistributionStrategy is AUTO, must be USER_PARTITION_KEY',
    });
  },
);

test('a refusal by Kinesis is no answer while there is time to ask again', async () => {
  let refusals = 3;
  const later: IgnoresKeys = async () => {
    refusals -= 1;
    if (refusals >= 0) throw new Error('AccessDenied');
    return false;
  };
  expect(await answer('Create', later)).toMatchObject({ Status: 'SUCCESS' });
});

test('what cannot be asked fails the deployment before the function runs out of time', async () => {
  expect(await answer('Create', () => Promise.reject(new Error('AccessDenied')))).toMatchObject({
    Status: 'FAILED',
    Reason: 'shop-orders, old-returns cannot be asked for partition keys: Error: AccessDenied',
  });
});

test('a deletion asks nothing and never fails', async () => {
  expect(await answer('Delete', () => Promise.reject(new Error('no such stream')))).toMatchObject({
    Status: 'SUCCESS',
  });
});

test('Kinesis that never answers is given up while there is time to say so', async () => {
  const hangs: IgnoresKeys = (_, signal) =>
    new Promise((__, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  expect(await answer('Create', hangs, 20_001)).toMatchObject({
    Status: 'FAILED',
    Reason: 'shop-orders, old-returns cannot be asked for partition keys: Error: aborted',
  });
});

test('an answer that is not taken is sent again', async () => {
  statuses.push(503, 503);
  expect(await answer('Delete', async () => false)).toMatchObject({ Status: 'SUCCESS' });
});

test('where none is taken the function says so, and not the address, which is a secret', async () => {
  statuses.push(403, 403, 403);
  const refused = await answer('Create', async () => false).catch(String);
  expect(refused).toBe('Error: CloudFormation did not take the answer: status 403');
});

test('what was made keeps its id, so that nothing is deleted for it', async () => {
  for (const type of ['Update', 'Delete'] as const)
    expect(await answer(type, async () => false)).toMatchObject({ PhysicalResourceId: 'made' });
});
