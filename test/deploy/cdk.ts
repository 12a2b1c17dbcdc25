/** The CDK's command line, as a user runs it. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

const program = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The cloud assembly of each run lies in a folder of its own: the user's cdk.out is left alone. */
export function cdk(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const output = mkdtempSync(join(tmpdir(), 'weir-cdk-'));
  return runProgram(process.execPath, [program, ...args, '--output', output], folder, environment);
}

export type Outputs = Readonly<Record<string, string>>;

/** Deploys the one stack of the application in `folder` and answers its outputs. */
export async function cdkDeploy(
  folder: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Outputs> {
  const file = join(mkdtempSync(join(tmpdir(), 'weir-outputs-')), 'outputs.json');
  await cdk(folder, ['deploy', '--require-approval', 'never', '--outputs-file', file, ...args], environment);
  const [outputs] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outputs>);
  if (outputs === undefined) throw new Error('the deployed stack has no outputs');
  return outputs;
}
