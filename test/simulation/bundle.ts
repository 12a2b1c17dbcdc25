/** The runner as one file for plain Node, with the product as it is or broken by a mutation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Mutation } from './mutations.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export async function bundleRunner(outfile: string, mutation?: Mutation): Promise<void> {
  await build({
    absWorkingDir: repository,
    entryPoints: ['test/simulation/runner.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and `require` Node's own modules.
    banner: { js: `import{createRequire as weirRequire}from'node:module';const require=weirRequire(import.meta.url);` },
    logLevel: 'error',
    plugins: mutation === undefined ? [] : [mutate(mutation)],
  });
}

function mutate({ name, file, edits }: Mutation): Plugin {
  const path = join(repository, file);
  return {
    name,
    setup(building) {
      building.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (loaded !== path) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const [text, replacement] of edits) {
          const parts = contents.split(text);
          if (parts.length !== 2)
            throw new Error(`mutation "${name}": ${file} has ${parts.length - 1} times, not once: ${text}`);
          contents = parts.join(replacement);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
