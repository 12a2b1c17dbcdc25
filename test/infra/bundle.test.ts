import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { planModule } from '../../engine/plan/module.ts';
import { bundle, type FunctionName } from '../../infra/bundle.ts';

const { definition } = loadPipelineFile('pipelines/retail/pipeline.yaml');
const plan = planModule(definition!);

test.each<FunctionName>(['process-stream', 'advance-time', 'redrive'])('%s holds neither reader nor parser', (name) => {
  const { inputs, bytes } = bundle(name, plan);
  const packages = new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  // Of ajv-formats only the patterns of the formats are there, which the compiled schemas use.
  expect(
    [...packages].filter((each) => /^(yaml|ajv|csv-parse|aws-cdk-lib|constructs|zod|@marcbachmann\/.*)$/.test(each)),
  ).toEqual([]);
  expect(
    inputs.filter((input) => /engine\/(pipeline\/(?!definition)|plan\/(compile|generate))|^cli\/|^local\//.test(input)),
  ).toEqual([]);
  expect(bytes).toBeLessThan(650_000);
});

test('of the ways to find credentials, a bundle holds the one that Lambda takes', () => {
  const providers = bundle('process-stream', plan).inputs.flatMap(
    (input) => /credential-provider-\w+/.exec(input) ?? [],
  );
  expect([...new Set(providers)]).toEqual(['credential-provider-env']);
});

test('a bundle exports the handler', async () => {
  const { directory } = bundle('process-stream', plan);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    WEIR_STREAM: 'orders',
    WEIR_STATE_TABLE: 'state',
    WEIR_ALERT_TABLE: 'alerts',
    WEIR_ALERT_TOPIC_ARN: 'arn:aws:sns:eu-west-1:000000000000:topic',
    WEIR_DEAD_LETTER_BUCKET: 'bucket',
  });
  const module = (await import(pathToFileURL(join(directory, 'index.mjs')).href)) as Record<string, unknown>;
  expect(typeof module['handler']).toBe('function');
});
