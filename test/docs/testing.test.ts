/** The commands of docs/testing.md run as they are written. */
import { spawn } from 'node:child_process';
import { readPage } from './page.ts';

const commands = readPage('docs/testing.md')
  .blocks.filter(({ kind }) => kind === 'sh')
  .flatMap(({ text }) => text.trimEnd().split('\n'))
  .map((line) => line.replace(/ +#.*$/, ''));

test('there are commands, all of weir', () => {
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.filter((command) => !command.startsWith('npx weir test'))).toEqual([]);
});

test.each(commands)(
  '%s',
  async (command) => {
    const [, , ...args] = command.split(' ');
    const weir = spawn(process.execPath, ['cli/weir.mjs', ...args], { stdio: 'pipe' });
    const ended = new Promise((resolve) => weir.on('exit', resolve));
    let printed = '';
    for await (const text of weir.stdout.setEncoding('utf8')) {
      printed += String(text);
      if (printed.includes('Ctrl-C ends it')) weir.kill('SIGINT');
    }
    expect(await ended).toBe(0);
    expect(printed).toMatch(/(?<!\d)0 failed|"passes": true/);
  },
  30_000,
);
