// Bundles the command line's TypeScript once, and again when a source file has changed: loading a bundle takes a third of
// what translating two hundred files on the way does. Packages stay outside of it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}.weir/cli/`;
const newest = `${folder}newest.json`;

/** The address of the bundle's entry. */
export async function bundled() {
  const known = existsSync(newest) ? JSON.parse(readFileSync(newest, 'utf8')) : undefined;
  const bundle = known !== undefined && isCurrent(known) ? known : await build();
  return pathToFileURL(`${folder}${bundle.name}/main.js`).href;
}

/** Every file, when it was last changed. */
function isCurrent({ name, inputs }) {
  if (!existsSync(`${folder}${name}/main.js`)) return false;
  return Object.entries(inputs).every(
    ([file, changed]) => statSync(root + file, { throwIfNoEntry: false })?.mtimeMs === changed,
  );
}

async function build() {
  const { build: bundle } = await import('esbuild');
  mkdirSync(folder, { recursive: true });
  // Others may be at it too: each builds in a folder of its own, and says so once it is done.
  const built = mkdtempSync(`${folder}build-`);
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    outdir: built,
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  const inputs = Object.fromEntries(Object.keys(metafile.inputs).map((file) => [file, statSync(root + file).mtimeMs]));
  const name = built.slice(folder.length);
  writeFileSync(`${built}/newest.json`, JSON.stringify({ name, inputs }));
  renameSync(`${built}/newest.json`, newest);
  forget(name);
  return { name, inputs };
}

/** Removes earlier bundles. One that is younger than an hour may still be read by a command that runs. */
function forget(name) {
  for (const other of readdirSync(folder).filter((entry) => entry.startsWith('build-') && entry !== name)) {
    if (statSync(folder + other).mtimeMs < Date.now() - 3_600_000)
      rmSync(folder + other, { recursive: true, force: true });
  }
}
