// Installs the packages of package-lock.json where they are missing or of another version, so that one command is
// all the set-up there is. Runs before any package is there: plain JavaScript, nothing imported but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `npm ci` if anything is missing; throws where it fails. */
export function installMissing() {
  if (installed()) return;
  console.error('Installing packages (npm ci), once …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.error) throw npm.error;
  if (npm.status !== 0) throw new Error(`npm ci failed with exit code ${npm.status ?? npm.signal}`);
}

/** npm keeps a list of what it has installed; packages for other platforms are in the lock file only. */
function installed() {
  const list = `${root}node_modules/.package-lock.json`;
  if (!existsSync(list)) return false;
  const present = packages(list);
  return Object.entries(packages(`${root}package-lock.json`)).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function packages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
