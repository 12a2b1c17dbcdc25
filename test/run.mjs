// Runs jest on the arguments given, after installing what is missing.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installMissing } from '../local/install.mjs';

installMissing();

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
// ES modules in jest still need the flag, and Node warns of it in every worker.
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const child = spawn(process.execPath, [...flags, jest, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
