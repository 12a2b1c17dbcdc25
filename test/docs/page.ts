/** The pages that users read, and what can be run of them. */
import { readFileSync } from 'node:fs';

export interface Block {
  /** For example `docs/language.md:12`, for titles of tests. */
  readonly place: string;
  /** What stands behind the fence: `yaml`, `yaml rule`, `yaml test`, `yaml of`, `sh`, … */
  readonly kind: string;
  /** What stands behind that: of `yaml test` the pipeline that it tests, of `yaml of` and `csv` the name of the file. */
  readonly about: string | undefined;
  readonly text: string;
}

export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export function readPage(path: string): Page {
  const text = readFileSync(path, 'utf8');
  const blocks = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(
    ({ index, 1: fence = '', 2: inner = '' }): Block => {
      const line = text.slice(0, index).split('\n').length;
      const [, kind = fence.trim(), about] = /^(yaml test|yaml of|csv) (.+)$/.exec(fence.trim()) ?? [];
      return { place: `${path}:${line}`, kind, about, text: inner };
    },
  );
  return { path, text, blocks };
}

/** The page without its blocks: what is there to be read. */
export function prose({ text }: Page): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '');
}
