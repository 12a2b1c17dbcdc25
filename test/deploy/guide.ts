/** The commands of docs/deploy.md, as they stand there, in one shell. */
import { delimiter, join } from 'node:path';
import { readPage } from '../docs/page.ts';
import { root } from './cdk.ts';
import { pythonPackage } from './python-package.ts';
import { runProgram } from './run-program.ts';

const page = 'docs/deploy.md';

/** Runs them against the emulator that the environment names; throws where one fails or the first alert is not there. */
export async function runGuide(): Promise<void> {
  const blocks = readPage(page).blocks.filter(({ kind }) => kind === 'sh');
  // This process runs from what it would install anew; and events are read a moment after the deployment, and
  // are alerts a moment later.
  const script = blocks
    .map(({ text }) => text)
    .join('\n')
    .replace(/^npm ci$/m, '')
    .replace(/^aws kinesis put-record .*$/m, (put) => `sleep 15\n${put}\nsleep 15`);
  const cli = await pythonPackage('awscli==1.46.3');
  const said = await runProgram('bash', ['-euo', 'pipefail', '-c', script], root, {
    PATH: [join(cli, 'bin'), process.env['PATH']].join(delimiter),
    PYTHONPATH: cli,
    // Its version 1, which can be installed here, does not read AWS_REGION.
    AWS_DEFAULT_REGION: /^export AWS_REGION=(.*)$/m.exec(script)?.[1],
  });
  if (!said.includes('Order o-1 leaves the UK: 1234.5')) {
    throw new Error(`the first alert of ${page} is not there:\n${said}`);
  }
}
