import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { callS3 } from '../../local/aws-call.ts';
import { type LocalRun, startLocal } from '../../local/local-run.ts';

const { definition } = loadPipelineFile('pipelines/retail/pipeline.yaml');
const alerts: Record<string, unknown>[] = [];
const problems: string[] = [];
let run: LocalRun;

beforeAll(async () => {
  run = await startLocal({
    definition: definition!,
    shards: 1,
    port: 0,
    onAlert: (body) => alerts.push(JSON.parse(body) as Record<string, unknown>),
    onLog: (source, line) => problems.push(`${source} | ${line}`),
    onProblem: (source, message) => problems.push(`${source} ! ${message}`),
  });
}, 120_000);

afterAll(() => run.stop());

interface Replayed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `weir replay` as a user does, against the run's endpoints. */
async function replay(...args: readonly string[]): Promise<Replayed> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: run.endpoints.messaging,
    AWS_ENDPOINT_URL_LAMBDA: run.lambda,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['cli/weir.mjs', 'replay', ...args], {
      env,
    });
    return { code: 0, out: stdout, error: stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, error: stderr };
  }
}

async function keys(prefix: string): Promise<string[]> {
  const bucket = run.outputs['DeadLetterBucketName']!;
  const list = await callS3(run.endpoints.messaging, 'GET', `${bucket}?list-type=2&prefix=${prefix}`);
  return [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
}

test('late events are told, counted where the user says so, once, and set aside', async () => {
  await run.advanceToEnd();
  const at = new Date().toISOString();
  for (const id of ['e1', 'e2', 'e3'])
    await run.producer.put(
      'orders',
      'c1',
      JSON.stringify({ id, at, type: 'order', orderId: id, customerId: 'c1', total: 900, country: 'GB' }),
    );
  await run.producer.put('orders', 'c1', '{');
  await run.producer.flush();
  await run.waitUntilRead();
  expect(run.totals.late).toBeGreaterThan(0);
  expect(await keys('late/')).toHaveLength(1);

  const dry = await replay('--stack', run.stackName, '--dry-run', '--rule', 'three-high-value-orders');
  expect(dry).toMatchObject({ code: 0, error: '' });
  expect(dry.out).toContain('3 letters: 0 would be put back');
  expect(dry.out).toContain('--late counts it after all');
  expect(await keys('replayed/')).toEqual([]);

  const first = await replay('--stack', run.stackName, '--late', '--json');
  expect(first).toMatchObject({ code: 0, error: '' });
  const said = JSON.parse(first.out) as { found: { rule?: string; putBack: number; refused: object }[] };
  expect(said).toMatchObject({ dryRun: false, alerts: { opened: expect.any(Number) as number } });
  expect(said.found.find(({ rule }) => rule === 'three-high-value-orders')).toMatchObject({ letters: 3, putBack: 3 });
  expect(said.found.find(({ rule }) => rule === undefined)).toMatchObject({
    prefix: 'invalid/',
    putBack: 0,
    refused: { 'not JSON: it cannot be parsed at position 1': 1 },
  });
  await run.waitForAlerts();
  const stands = alerts.filter(({ rule }) => rule === 'three-high-value-orders');
  expect(stands).toMatchObject([{ status: 'opened', values: { orders: 3, spent: 2700 } }]);

  expect((await keys('replayed/late/')).length).toBe(1);
  expect(await keys('invalid/')).toHaveLength(1);
  const again = await replay('--stack', run.stackName, '--late', '--prefix', 'late/');
  expect(again.out).not.toContain('three-high-value-orders');
  await run.waitForAlerts();
  expect(alerts.filter(({ rule }) => rule === 'three-high-value-orders')).toHaveLength(1);
  expect(problems).toEqual([]);
}, 60_000);

test('a stack that is not there is told in a sentence', async () => {
  expect(await replay('--stack', 'weir-nothing')).toEqual({
    code: 1,
    out: '',
    error:
      "weir replay: there is no function weir-nothing-redrive in this account and region; is the stack's name right?\n",
  });
});

test('a call that says too little or too much is refused with how it is called', async () => {
  expect(await replay()).toMatchObject({ code: 2, error: expect.stringContaining('it needs --stack NAME') as string });
  expect(await replay('--stack', 'x', '--prefix', 'aws/')).toMatchObject({
    code: 2,
    error: expect.stringContaining('--prefix begins with invalid/ or late/') as string,
  });
});
