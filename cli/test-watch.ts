/** `weir test --watch`: runs the tests again when a file that they were read from changes. */
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { type Output, terminal } from './check.ts';
import { runTest, type TestOptions, type TestRun } from './test.ts';
import { readTextFile } from './text-file.ts';

/** Editors write a file in several steps, which come within so many milliseconds. */
const settled = 50;

/** Runs until it is told to stop, and gives the exit code of the last run; at once where there is nothing to watch. */
export async function watchTests(
  options: TestOptions,
  stop: AbortSignal,
  output: Output = terminal,
): Promise<TestRun['code']> {
  for (;;) {
    output.clear?.();
    const { code, read } = runTest(options, output, 0);
    if (read.size === 0) return code;
    if (!options.json) output.out(`\nWatching ${read.size} files. Ctrl-C ends it.`);
    await changed(read, stop);
    if (stop.aborted) return code;
  }
}

/** Resolves when one of the files has another text than it was read with, or when it is told to stop. */
function changed(read: TestRun['read'], stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      stop.removeEventListener('abort', end);
      resolve();
    };
    const look = (): void => {
      timer = undefined;
      if ([...read].some(([file, text]) => textOf(file) !== text)) end();
    };
    const lookSoon = (): void => {
      timer ??= setTimeout(look, settled);
    };
    // Folders, since editors put a new file in place of the old one, which a watched file does not notice.
    const folders = new Set([...read.keys()].map((file) => path.dirname(path.resolve(file))));
    const watchers = [...folders]
      .filter((folder) => existsSync(folder))
      .map((folder) => watch(folder, lookSoon).on('error', lookSoon));
    stop.addEventListener('abort', end);
    // A file may have changed while the tests ran.
    if (stop.aborted) end();
    else lookSoon();
  });
}

function textOf(file: string): string | undefined {
  const found = readTextFile(file);
  return 'unreadable' in found ? undefined : found.text;
}
