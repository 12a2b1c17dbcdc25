#!/usr/bin/env -S node --max-semi-space-size=64
// Runs the command line; plain JavaScript, so that it can say what is missing. A backtest makes and drops a million small
// objects a second: a larger young generation has most of them gone before anybody copies them.
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const { bundled } = await import('./bundle.mjs');
// A reader that has seen enough (`weir check … | head`) is no fault.
process.stdout.on('error', (cause) => {
  if (cause.code === 'EPIPE') process.exit();
  throw cause;
});
try {
  const { main } = await import(await bundled());
  process.exitCode = await main(process.argv.slice(2), version);
} catch (cause) {
  if (cause?.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  console.error(
    'weir: its packages are not installed yet. Run this first, in the folder of Weir:\n\n    npm install\n',
  );
  process.exitCode = 2;
}
