import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, UsageError } from '../../local/run-options.ts';

const recording = join(tmpdir(), `weir-options-${process.pid}.ndjson`);
writeFileSync(recording, '');

test('without arguments the shop is played at twenty events a second', async () => {
  expect(await readOptions([])).toEqual({
    pipeline: 'pipelines/retail/pipeline.yaml',
    params: {},
    port: 4600,
    rate: 20,
    shards: 1,
  });
});

test('a recording is replayed as fast as it is taken, or at the speed that is given', async () => {
  expect(await readOptions(['--replay', recording])).toMatchObject({ replay: { file: recording, speed: Infinity } });
  expect(await readOptions(['--replay', recording, '--speed', '1000x'])).toMatchObject({ replay: { speed: 1000 } });
});

test('a parameter may hold anything behind its first equals sign, and there may be several', async () => {
  const options = await readOptions(['--param', 'a=1', '--param', 'b=x=y']);
  expect(options?.params).toEqual({ a: '1', b: 'x=y' });
});

test.each([
  [['--replay', 'nowhere.ndjson'], '--replay nowhere.ndjson: there is no such file'],
  [['--replay', recording, '--speed', 'fast'], '--speed fast must be a factor such as 1000x, or max'],
  [['--replay', recording, '--speed', '0x'], '--speed 0x must be a factor such as 1000x, or max'],
  [['--speed', 'max'], '--speed goes with --replay FILE'],
  [['--param', 'highValue'], '--param highValue must be name=value, for example --param highValue=300'],
  [['--port', '70000'], '--port must be a number between 0 and 65532'],
  [['--shards', '1.5'], '--shards must be a whole number between 1 and 64'],
  [['--rate', 'many'], '--rate must be a number between 0.1 and 10000'],
  [['pipeline.yaml'], 'pipeline.yaml belongs to no option; a pipeline file is given as --pipeline pipeline.yaml'],
  [['--replya', 'x'], 'there is no option --replya'],
])('rejects %j', async (args, message) => {
  await expect(readOptions(args)).rejects.toThrow(new UsageError(message));
});
