// `npm start`: sees to it that there is what the program needs, then runs it in this very process, so that a signal
// has nobody to pass by.
const needed = 20;
const [major] = process.versions.node.split('.');
if (Number(major) < needed) {
  console.error(
    `Weir needs Node.js ${needed} or later; this is ${process.versions.node}. Get one from https://nodejs.org.`,
  );
  process.exit(1);
}

const { installMissing } = await import('./install.mjs');
try {
  installMissing();
} catch (error) {
  console.error(`${error.message}\nPut that right, then run npm start again.`);
  process.exit(1);
}

const { register } = await import('tsx/esm/api');
register();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
