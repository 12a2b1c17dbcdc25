/** Programs in Python that are needed here alone: installed once, into .weir/cache. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

const cache = fileURLToPath(new URL('../../.weir/cache', import.meta.url));

/** The folder with a package, named `NAME==VERSION`, and all that it needs. */
export async function pythonPackage(release: string): Promise<string> {
  const kept = join(cache, release.replace('==', '-'));
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'installing-'));
  console.log(`installing ${release}, once`);
  const options = ['--quiet', '--disable-pip-version-check', '--target', fresh];
  try {
    await runProgram('python3', ['-m', 'pip', 'install', ...options, release], cache);
    // Only what is complete gets the name that the next run looks for.
    renameSync(fresh, kept);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`${release} needs Python 3.10 or later with pip`, { cause });
  }
  return kept;
}
