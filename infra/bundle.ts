/**
 * The code of a function as it is deployed: minified ES modules that hold the handler, the SDK and the compiled
 * pipeline. What reads YAML and CEL stays behind: it ran at synth.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

/** The functions of a pipeline; each is `functions/<name>.ts`. */
export type FunctionName = 'process-stream' | 'advance-time' | 'redrive';

export interface Bundle {
  /** The folder of the asset, `index.mjs` and the chunks that it loads; it goes with the process. */
  readonly directory: string;
  /** Of `index.mjs` and all that is loaded with it; what is imported when it is needed is not counted. */
  readonly bytes: number;
  /** Every file that something of went into it, relative to the package. */
  readonly inputs: readonly string[];
}

/** Of Weir: its sources are bundled wherever it is installed. */
const root = fileURLToPath(new URL('..', import.meta.url));
/** Where the packages that it needs may lie: beside it where it is installed, within it in its repository. */
const packages = createRequire(import.meta.url).resolve.paths('esbuild') ?? [];

/** How modules are made for the functions' runtime; what is measured beside them is made in the same way. */
export const moduleOptions = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  mainFields: ['module', 'main'],
  // Some dependencies are CommonJS and `require` Node's own modules, which a module of ES has no way to do by itself.
  banner: { js: `import{createRequire as weirRequire}from'node:module';const require=weirRequire(import.meta.url);` },
  legalComments: 'none',
} as const satisfies BuildOptions;

/** Of what most invocations do not need: each lies beside `index.mjs` by its name. */
const lazySources = { s3: 'adapters/s3.ts', kinesis: 'adapters/kinesis.ts' };
const lazyModules = { 'weir:s3': './s3.mjs', 'weir:kinesis': './kinesis.mjs' };
const credentials = { '@aws-sdk/credential-provider-node': './adapters/role-credentials.ts' };

/** What was made in this process, by function and plan: several stacks of an application may hold the same pipeline. */
const made = new Map<string, Bundle>();
let work: string | undefined;

/** A new folder that goes with the process. */
function temporaryFolder(): string {
  if (work === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-bundle-'));
    process.once('exit', () => {
      rmSync(folder, { recursive: true, force: true });
    });
    work = folder;
  }
  return mkdtempSync(join(work, 'bundle-'));
}

/** Bundles functions/`name`.ts with `planModule` as the module `weir:plan`; throws with esbuild's report. */
export function bundle(name: FunctionName, planModule: string): Bundle {
  const key = `${name}\n${planModule}`;
  const found = made.get(key) ?? bundled(name, planModule);
  made.set(key, found);
  return found;
}

function bundled(name: FunctionName, planModule: string): Bundle {
  const folder = temporaryFolder();
  const plan = join(folder, 'plan.mjs');
  writeFileSync(plan, planModule);
  const directory = join(folder, name);
  const { metafile } = build({
    entryPoints: { index: `functions/${name}.ts` },
    external: Object.values(lazyModules),
    alias: {
      ...credentials,
      ...lazyModules,
      'weir:plan': plan,
      'weir:runtime': './engine/plan/runtime.ts',
      'weir:regular-expression': './engine/expression/regular-expression.ts',
      'weir:schema-mismatch': './engine/plan/schema-mismatch.ts',
    },
    // The plan lies in a temporary folder, and what it imports does not.
    nodePaths: packages,
    outdir: directory,
  });
  // Apart: else what they alone need of the SDK is in modules that they share with the first.
  const lazy = build({ entryPoints: lazySources, alias: credentials, outdir: directory });
  return { directory, bytes: firstBytes(metafile), inputs: [metafile, lazy.metafile].flatMap(inputsOf) };
}

function build(options: BuildOptions): { readonly metafile: Metafile } {
  return buildSync({ ...moduleOptions, ...options, absWorkingDir: root, metafile: true, logLevel: 'silent' });
}

function inputsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
}

/** Of the outputs that the entry loads before anything runs. */
function firstBytes({ outputs }: Metafile): number {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/index.mjs')) ?? '';
  const loaded = new Set<string>();
  const load = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') load(next);
  };
  load(entry);
  return [...loaded].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}
