/**
 * `npm run test:deploy`: the real `cdk bootstrap` and `cdk deploy`, events by the SDK, alerts from a queue; a changed rule
 * with its state kept; a CDK application of its own that installs the package; and `cdk destroy`.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { cdk, cdkDeploy, root } from './cdk.ts';
import { deployConsumer } from './consumer.ts';
import { runGuide } from './guide.ts';
import { Lifecycle } from './lifecycle.ts';
import { type Emulator, startMinistack } from './ministack.ts';
import { readOptions, usage } from './options.ts';

const pipeline = ['-c', 'pipeline=test/deploy/orders.yaml', '-c', 'retain=false'];
const emulated = { account: '000000000000', region: 'us-east-1' };

const costs = `This creates, in account ACCOUNT, Region REGION, the stack weir-deploy-test: a Kinesis stream on demand, three Lambda
functions, two DynamoDB tables, two SNS topics, an S3 bucket, alarms and a dashboard; beside it a queue, and where there is
none yet the stack CDKToolkit, which stays. All else is deleted at the end. It costs about 0.05 dollars an hour for the
stream and cents for the rest, and takes some ten minutes.`;

/** What is set for everything that is started from here; the SDK of this process reads it too. */
function useEmulator(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: emulated.region,
    AWS_DEFAULT_REGION: emulated.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  delete process.env['AWS_PROFILE'];
}

async function confirmed(account: string, region: string): Promise<boolean> {
  console.log(costs.replace('ACCOUNT', account).replace('REGION', region));
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const question = terminal.question('Type the account number to go on: ');
  // Where nobody is there to answer, the input ends.
  const answer = await Promise.race([question, once(terminal, 'close').then(() => '')]);
  terminal.close();
  return answer.trim() === account;
}

async function step<T>(what: string, act: () => Promise<T>): Promise<T> {
  const started = performance.now();
  process.stdout.write(`${what} … `);
  const result = await act();
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  return result;
}

async function deployed(account: string, region: string): Promise<void> {
  // The CDK refuses here where the credentials are of another account.
  await step('cdk bootstrap', () => cdk(root, ['bootstrap', `aws://${account}/${region}`, ...pipeline], {}));
  const outputs = await step('cdk deploy', () => cdkDeploy(root, pipeline, {}));
  const life = await Lifecycle.begin(outputs);
  await step('events are read', async () => {
    for (const customer of ['ann', 'bob']) await life.untilRead(customer);
  });
  await step('three orders are an alert', async () => {
    const ann = [await life.order('ann'), await life.order('ann'), await life.order('ann')];
    await life.expectOrders('ann', ann);
  });
  await step('what is no event is a dead letter', () => life.expectDeadLetter('ann'));
  const before = [await life.order('bob'), await life.order('bob')];
  await step('cdk deploy of a changed rule', () => cdkDeploy(root, [...pipeline, '-c', 'param.least=4'], {}));
  await step('two orders from before it and two after it are an alert', async () => {
    await life.expectOrders('bob', [...before, await life.order('bob'), await life.order('bob')]);
  });
  await step('cdk destroy', () => cdk(root, ['destroy', '--force', ...pipeline], {}));
  await life.end();
}

async function main(): Promise<void> {
  const { account, help } = readOptions(process.argv.slice(2));
  if (help) {
    console.log(usage);
    return;
  }
  if (account !== undefined) {
    const region = process.env['AWS_REGION'];
    if (region === undefined) throw new Error('AWS_REGION is not set: it says where to deploy');
    if (!(await confirmed(account, region))) throw new Error('nothing was created');
    try {
      await deployed(account, region);
    } catch (cause) {
      console.error('\nThe stack weir-deploy-test and the queue weir-deploy-test may still be there, and cost money.');
      throw cause;
    }
    return;
  }
  let emulator: Emulator | undefined;
  let endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) {
    emulator = await step('MiniStack starts', startMinistack);
    ({ endpoint } = emulator);
  }
  useEmulator(endpoint);
  try {
    await deployed(emulated.account, emulated.region);
    await step('the commands of docs/deploy.md run as they stand', runGuide);
    await step('a CDK application that installs the package deploys it', deployConsumer);
  } catch (cause) {
    if (emulator !== undefined) console.error(`\nThe end of the emulator's log:\n${emulator.log().slice(-5000)}`);
    throw cause;
  } finally {
    emulator?.stop();
  }
}

// What is stopped on the way stops what it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
});
