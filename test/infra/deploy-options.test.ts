import { readDeployOptions } from '../../infra/deploy-options.ts';

test('without any context the shop is deployed, and what it keeps is retained', () => {
  expect(readDeployOptions({ 'aws:cdk:version': '2', '@aws-cdk/core:newStyle': true })).toEqual({
    pipeline: 'pipelines/retail/pipeline.yaml',
    params: {},
    retain: true,
  });
});

test('context names the file, its parameters, the address and whether data goes with the stack', () => {
  const context = { pipeline: 'my.yaml', 'param.highValue': '600', alertEmail: 'a@b.c', retain: 'false' };
  expect(readDeployOptions(context)).toEqual({
    pipeline: 'my.yaml',
    params: { highValue: '600' },
    alertEmail: 'a@b.c',
    retain: false,
  });
});

test.each([
  [
    { alertemail: 'a@b.c' },
    'there is no -c alertemail, there are pipeline, alertEmail, alarmEmail, retain and param.NAME',
  ],
  [{ alertEmail: 'nobody' }, '-c alertEmail=nobody must be an address such as team@example.com'],
  [{ retain: 'no' }, '-c retain=no must be true or false'],
])('rejects %j', (context, refused) => {
  expect(readDeployOptions(context)).toEqual({ refused });
});
