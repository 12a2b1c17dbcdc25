/**
 * `npm run schemas`: writes the JSON Schemas of pipeline and test files to schemas/, for completion in editors. The keys
 * are those of the reader's tables, and what is said of them stands in docs/language.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LevelName, Sentences } from '../engine/file-schema/level.ts';
import { pipelineSchema } from '../engine/file-schema/pipeline-schema.ts';
import { ruleTestSchema } from '../engine/file-schema/test-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The headings under which the keys of a level are explained. */
const headings: Readonly<Record<LevelName, string>> = {
  file: 'The file',
  stream: 'Streams',
  table: 'Tables',
  rule: 'Rules',
  window: 'Windows',
  alert: 'Alerts',
  test: 'Tests beside a pipeline',
  step: 'Tests beside a pipeline',
};

/** The files' names in schemas/, with their texts. */
export function schemaFiles(language: string): ReadonlyMap<string, string> {
  const sentences = sentencesOf(language);
  const json = (schema: object): string => `${JSON.stringify(schema, undefined, 2)}\n`;
  return new Map([
    ['pipeline.json', json(pipelineSchema(sentences))],
    ['pipeline-test.json', json(ruleTestSchema(sentences))],
  ]);
}

/** What the tables of the page say of a key in their second column, or the paragraph that begins with it. */
export function sentencesOf(language: string): Sentences {
  const sections = new Map(
    language.split(/^#{2,3} /m).map((section) => [section.slice(0, section.indexOf('\n')), section]),
  );
  return (level, key) => {
    const section = sections.get(headings[level]) ?? '';
    const row = [...section.matchAll(/^\| (`[^|]+) \| ([^|]*(?:`[^`]*`[^|]*)*)(?: \| (.+))? \|$/gm)].find(
      ([, names = '']) => new RegExp(`\`${key}[\`:]`).test(names),
    );
    if (row !== undefined) {
      const [, , meaning = '', otherwise] = row;
      const rest =
        otherwise === undefined
          ? ''
          : isRequired(otherwise, key)
            ? '. Required'
            : / required$/.test(otherwise)
              ? ''
              : `. Default: ${otherwise}`;
      return plainText(meaning + rest);
    }
    const paragraph = new RegExp(`^\\*\\*\`${key}: [^]*?(?=\\n\\n)`, 'm').exec(section)?.[0];
    return paragraph === undefined ? undefined : plainText(paragraph.replaceAll('\n', ' '));
  };
}

/** A default of two keys says which of them is required. */
function isRequired(otherwise: string, key: string): boolean {
  return otherwise === 'required' || otherwise === `${key} required`;
}

/** Without links and emphasis. */
function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll('\\|', '|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${root}schemas`, { recursive: true });
  for (const [name, text] of schemaFiles(readFileSync(`${root}docs/language.md`, 'utf8')))
    writeFileSync(`${root}schemas/${name}`, text);
}
