#!/usr/bin/env node
// Runs the command line from its TypeScript source; plain JavaScript, so that it can say what is missing.
let register;
try {
  ({ register } = await import('tsx/esm/api'));
} catch (cause) {
  if (cause?.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  console.error(
    'weir: its packages are not installed yet. Run this first, in the folder of Weir:\n\n    npm install\n',
  );
  process.exit(2);
}
// A reader that has seen enough (`weir check … | head`) is no fault.
process.stdout.on('error', (cause) => {
  if (cause.code === 'EPIPE') process.exit();
  throw cause;
});
register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
