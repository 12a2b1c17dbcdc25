// Makes what other CDK applications import: the construct as one module, with its types, in dist/. What the functions are
// bundled of at synth, engine/ and its neighbours, is packed as it is. Run by `npm pack`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['infra/event-pipeline.ts'],
  outfile: 'dist/event-pipeline.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', 'dist/types'];
const { status } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.package.json', ...options],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
