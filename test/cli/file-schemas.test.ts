import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { schemaFiles, sentencesOf } from '../../cli/file-schemas.ts';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import type { LevelName } from '../../engine/file-schema/level.ts';
import { fields as alertFields } from '../../engine/pipeline/alert.ts';
import { type FieldTable } from '../../engine/pipeline/fields.ts';
import { schemaValidator } from '../../engine/pipeline/json-schema.ts';
import { fields as fileFields, readPipeline } from '../../engine/pipeline/read.ts';
import { ruleFields } from '../../engine/pipeline/rule-parts.ts';
import { fields as streamFields } from '../../engine/pipeline/stream.ts';
import { fields as tableFields } from '../../engine/pipeline/table.ts';
import { readRuleTest } from '../../engine/rule-test/read.ts';
import { readPage } from '../docs/page.ts';
import { rules, withRules } from '../engine/protocol/pipelines.ts';
import { allForms, textOf } from '../simulation/rule-forms.ts';

const language = readFileSync('docs/language.md', 'utf8');
const schemas = schemaFiles(language);

function validatorOf(name: string) {
  const schema = JSON.parse(schemas.get(name) ?? '') as object;
  return schemaValidator(schema).compile(schema);
}
const isPipeline = validatorOf('pipeline.json');
const isTest = validatorOf('pipeline-test.json');

test.each([...schemas])('schemas/%s is what the tables and the documentation say (npm run schemas)', (name, text) => {
  expect(readFileSync(`schemas/${name}`, 'utf8')).toBe(text);
});

const blocksOf = (kind: string): string[] =>
  readdirSync('docs')
    .map((name) => readPage(`docs/${name}`))
    .concat(readPage('README.md'))
    .flatMap(({ blocks }) => blocks.filter((block) => block.kind === kind).map(({ text }) => text));
/** A file of an example, where a page shows it. */
const ofPages = (name: string): string | undefined =>
  readPage('docs/language.md').blocks.find(({ kind, about }) => kind === 'csv' && about === name)?.text;
const examples = readdirSync('pipelines').map((name) => `pipelines/${name}/pipeline`);
const pipelines = [
  ...examples.map((name) => readFileSync(`${name}.yaml`, 'utf8')),
  readFileSync('test/cli/rule-test/shop.yaml', 'utf8'),
  ...blocksOf('yaml'),
  ...Object.values(rules).map(withRules),
  ...allForms.map((form) => textOf([form])),
];
/** A table's file is shown by a page or stands beside an example. */
function files(name: string): string {
  const beside = readdirSync('pipelines').map((folder) => path.join('pipelines', folder, name));
  return ofPages(name) ?? readFileSync(beside.find(existsSync) ?? name, 'utf8');
}

test('every pipeline that weir check accepts is one to the schema', () => {
  const accepted = pipelines.filter((text) => readPipeline(text, { files }).definition !== undefined);
  expect(accepted).toHaveLength(pipelines.length);
  for (const text of accepted) expect([isPipeline(parse(text)), isPipeline.errors]).toEqual([true, null]);
});

test('every test file that weir test accepts is one to the schema', () => {
  const tests = [
    ...examples.map((name) => `${name}.test.yaml`),
    'test/cli/rule-test/passing.test.yaml',
    'test/cli/rule-test/failing.test.yaml',
  ].map((file) => readFileSync(file, 'utf8'));
  for (const text of [...tests, ...blocksOf('yaml test')])
    expect([isTest(parse(text)), isTest.errors]).toEqual([true, null]);
});

/** Every map in a file whose keys the schema knows, by the path to it. */
function knownMaps(schema: unknown, value: unknown, at: readonly string[] = []): string[][] {
  if (typeof schema !== 'object' || schema === null || typeof value !== 'object' || value === null) return [];
  const {
    properties = {},
    additionalProperties,
    items,
  } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly additionalProperties?: unknown;
    readonly items?: unknown;
  };
  const inner = Object.entries(value).flatMap(([name, one]) =>
    knownMaps(Array.isArray(value) ? items : (properties[name] ?? additionalProperties), one, [...at, name]),
  );
  return additionalProperties === false ? [[...at], ...inner] : inner;
}

test.each([
  ['pipeline.json', isPipeline, 'pipelines/retail/pipeline.yaml'],
  ['pipeline-test.json', isTest, 'test/cli/rule-test/passing.test.yaml'],
])('%s knows no key that the reader does not know, on any level', (name, isValid, file) => {
  const value: unknown = parse(readFileSync(file, 'utf8'));
  const places = knownMaps(JSON.parse(schemas.get(name) ?? ''), value);
  expect(places.length).toBeGreaterThan(20);
  for (const place of places) {
    const changed = structuredClone(value);
    const map = place.reduce((inner, key) => (inner as Record<string, unknown>)[key], changed);
    Object.assign(map as object, { titel: 'x' });
    expect([place, isValid(changed)]).toEqual([place, false]);
  }
});

const broken = 'test/engine/pipeline/broken/';

test('a broken pipeline with a key that is unknown is none to the schema', () => {
  const misspelt = readdirSync(broken)
    .filter((name) => name.endsWith('.yaml'))
    .filter((name) => {
      const { faults } = loadPipelineFile(broken + name);
      const isStructural = faults.some(({ code }) =>
        /^(?:pipeline|stream|table|rule|rule\.window|rule\.alert)\.unknown-field$/.test(code),
      );
      // What YAML itself cannot read comes to no schema.
      return isStructural && faults.every(({ code }) => !code.startsWith('yaml.'));
    });
  expect(misspelt).toEqual(expect.arrayContaining(['first-try.yaml', 'times.yaml']));
  for (const name of misspelt) {
    const value: unknown = parse(readFileSync(broken + name, 'utf8'), { logLevel: 'error' });
    expect([name, isPipeline(value)]).toEqual([name, false]);
  }
});

test('a broken test file is none to the schema', () => {
  const text = readFileSync('test/cli/rule-test/broken.test.yaml', 'utf8');
  const { definition } = readPipeline(readFileSync('test/cli/rule-test/shop.yaml', 'utf8'));
  expect(readRuleTest(text, definition!).test).toBeUndefined();
  expect(isTest(parse(text))).toBe(false);
});

test.each<[LevelName, FieldTable]>([
  ['file', fileFields],
  ['stream', streamFields],
  ['table', tableFields],
  ['rule', ruleFields],
  ['alert', alertFields],
])('every key of a %s has the sentence of the documentation', (level, table) => {
  const sentences = sentencesOf(language);
  const usable = Object.keys(table).filter((name) => table[name] !== 'not-yet');
  expect(usable.filter((name) => sentences(level, name) === undefined)).toEqual([]);
});

test.each(examples)('%s and its tests name their schemas for editors', (name) => {
  for (const [file, schema] of [
    [`${name}.yaml`, 'pipeline.json'],
    [`${name}.test.yaml`, 'pipeline-test.json'],
  ] as const) {
    const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(path.join(path.dirname(file), named)).toBe(`schemas/${schema}`);
  }
});
