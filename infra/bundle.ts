/**
 * The code of a function as it is deployed: one minified ES module that holds the handler, the SDK and the compiled
 * pipeline. What reads YAML and CEL stays behind: it ran at synth.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The functions of a pipeline; each is `functions/<name>.ts`. */
export type FunctionName = 'process-stream' | 'advance-time' | 'redrive';

export interface Bundle {
  /** The folder of the asset, `index.mjs` alone; it goes with the process. */
  readonly directory: string;
  readonly bytes: number;
  /** Every file that something of went into it, relative to the repository. */
  readonly inputs: readonly string[];
}

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Some dependencies are CommonJS and `require` Node's own modules, which a module of ES has no way to do by itself. */
const requireForCommonJs = `import{createRequire as weirRequire}from'node:module';const require=weirRequire(import.meta.url);`;

/** Bundles functions/`name`.ts with `planModule` as the module `weir:plan`; throws with esbuild's report. */
export function bundle(name: FunctionName, planModule: string): Bundle {
  const work = mkdtempSync(join(tmpdir(), 'weir-bundle-'));
  process.once('exit', () => {
    rmSync(work, { recursive: true, force: true });
  });
  const plan = join(work, 'plan.mjs');
  writeFileSync(plan, planModule);
  const directory = join(work, name);
  const { metafile } = buildSync({
    absWorkingDir: repository,
    entryPoints: [`functions/${name}.ts`],
    alias: {
      'weir:plan': plan,
      'weir:runtime': './engine/plan/runtime.ts',
      'weir:regular-expression': './engine/expression/regular-expression.ts',
      'weir:schema-mismatch': './engine/plan/schema-mismatch.ts',
    },
    // The plan lies in a temporary folder, and what it imports in the repository.
    nodePaths: [join(repository, 'node_modules')],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    banner: { js: requireForCommonJs },
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  if (output === undefined) throw new Error(`esbuild made nothing of functions/${name}.ts`);
  const inputs = Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );
  return { directory, bytes: output.bytes, inputs };
}
