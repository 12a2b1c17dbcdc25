import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { deploymentCheck } from '../../functions/deployment-check.ts';
import type { IgnoresKeys } from '../../functions/partition-keys.ts';
import { close, listen } from '../local/listening.ts';

const answers: CloudFormationCustomResourceResponse[] = [];
const contentTypes: (string | undefined)[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    contentTypes.push(request.headers['content-type']);
    void text(request).then((body) => {
      answers.push(JSON.parse(body) as CloudFormationCustomResourceResponse);
      response.end();
    });
  });
  address = await listen(server);
});

afterAll(() => close(server));

/** What CloudFormation is answered; each try and each pause takes `millis` of the function's minute. */
async function answer(
  RequestType: 'Create' | 'Update' | 'Delete',
  ignoresKeys: IgnoresKeys,
): Promise<CloudFormationCustomResourceResponse | undefined> {
  let left = 60_000;
  const check = deploymentCheck({ ignoresKeys, sleep: async (millis) => (left -= millis) });
  const event = {
    RequestType,
    ResponseURL: address,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'PartitionKeys',
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
