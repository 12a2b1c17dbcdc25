import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pc from 'picocolors';
import { parse } from 'yaml';
import { caseReport } from '../../cli/test-report.ts';
import type { PipelineDefinition } from '../../engine/pipeline/definition.ts';
import { parseDuration } from '../../engine/pipeline/duration.ts';
import { readPipeline } from '../../engine/pipeline/read.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { caseResult } from '../../engine/rule-test/case-result.ts';
import { readRuleTest } from '../../engine/rule-test/read.ts';
import { withTestTables } from '../../engine/rule-test/tables.ts';
import { type Block, type Page, prose, readPage } from './page.ts';

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map(readPage);
const blocks = pages.flatMap((page) => page.blocks);
const kinds = { pipeline: 'yaml', rule: 'yaml rule', test: 'yaml test', part: 'yaml of' } as const;
const of = (kind: string): readonly Block[] => blocks.filter((block) => block.kind === kind);

function check(text: string): { readonly definition: PipelineDefinition | undefined; readonly faults: string[] } {
  const files = (name: string): string | undefined => of('csv').find(({ about }) => about === name)?.text;
  const { definition, faults } = readPipeline(text, { files });
  return { definition, faults: faults.map(({ code, place, message }) => `${place.line}: ${code}: ${message}`) };
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}

/** A pipeline of one rule, with the streams that the rule reads. */
function pipelineOf(rule: string): string {
  const { from } = parse(rule) as { readonly from: string | readonly string[] };
  const fields = 'partitionKey: event.customerId, eventTime: event.at, eventId: event.id';
  const streams = [from].flat().map((name) => `  ${name}: { ${fields} }\n`);
  return `pipeline: page\nstreams:\n${streams.join('')}rules:\n  rule:\n${indented(rule, 4)}`;
}

test('there are pages, pipelines, rules and tests to look at', () => {
  expect(pages.map((page) => page.path)).toEqual(
    expect.arrayContaining(['README.md', 'docs/guarantees.md', 'docs/language.md', 'docs/local.md']),
  );
  for (const kind of Object.values(kinds)) expect(of(kind).length).toBeGreaterThan(0);
});

test('every block of YAML is a whole pipeline, or says that it is a rule, a test or a part of a file', () => {
  const yaml = blocks.filter(({ kind }) => /^ya?ml\b/.test(kind));
  expect(yaml.filter(({ kind }) => !Object.values<string>(kinds).includes(kind))).toEqual([]);
  expect(of(kinds.pipeline).filter(({ text }) => !/^pipeline:/m.test(text))).toEqual([]);
});

test.each(of(kinds.pipeline))('the pipeline at $place has no fault', ({ text }) => {
  expect(check(text).faults).toEqual([]);
});

test.each(of(kinds.rule))('the rule at $place has no fault', ({ text }) => {
  expect(check(pipelineOf(text)).faults).toEqual([]);
});

test.each(of(kinds.part))('what $place shows of $about stands there', ({ text, about = '' }) => {
  expect(readFileSync(about, 'utf8')).toContain(`\n${text}`);
});

describe.each(of(kinds.test))('the tests at $place', (block) => {
  const { blocks: ofPage = [] } = pages.find((page) => page.blocks.includes(block)) ?? {};
  const { about = '' } = block;
  const before = ofPage
    .slice(0, ofPage.indexOf(block))
    .findLast(({ kind, text }) => kind === kinds.pipeline && text.startsWith(`pipeline: ${about}`));
  const { definition } = check(before?.text ?? '');
  if (definition === undefined) throw new Error(`no pipeline stands before ${block.place}`);
  const { test: ruleTest, faults } = readRuleTest(block.text, definition);
  const tested = ruleTest === undefined ? definition : withTestTables(definition, ruleTest);
  const compiled = compileHere(tested);

  test('have no fault', () => {
    expect(faults).toEqual([]);
  });

  test.each(ruleTest?.cases ?? [])('$name', (testCase) => {
    const context = { pipeline: definition.name, test: ruleTest!, paint: pc.createColors(false) };
    // Also without a note: an event that is rejected without a word was not meant to be.
    expect(caseReport(caseResult(tested, compiled, testCase), context)).toBe(`  ✓ ${testCase.name}`);
  });
});

test.each(of('json').filter(({ text }) => !text.includes('…')))('the JSON at $place is JSON', ({ text }) => {
  for (const line of text.startsWith('{"') ? text.trim().split('\n') : [text]) JSON.parse(line);
});

test.each(
  [...readPage('docs/language.md').text.matchAll(/^\| `(\w+)` \|.*\| `(\d+\w+)` \|$/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
)('without %s a stream has the default that the page says: %s', (name = '', value = '') => {
  const { definition } = check(of(kinds.pipeline)[0]?.text ?? '');
  expect(definition?.streams[0]).toMatchObject({ [name]: parseDuration(value) });
});

describe('what is not there yet', () => {
  const { text } = readPage('docs/language.md');
  const rows = [...text.matchAll(/^\| `(.+)`[^`|]*\| `([\w.-]+\.not-yet)` \|$/gm)].map(([, form = '', code = '']) => ({
    form,
    code,
  }));

  test('is listed', () => {
    expect(rows.length).toBeGreaterThan(0);
  });

  test.each(rows)('$form is refused with $code', ({ form, code }) => {
    expect(readPipeline(pipelineWith(form, code)).faults.map((fault) => fault.code)).toContain(code);
  });

  /** A pipeline that is at fault in nothing but the form, which stands where its code says. */
  function pipelineWith(form: string, code: string): string {
    const stands = (prefix: string, other: string): string => (code.startsWith(prefix) ? form : other);
    const needsWindow = /^rule\.(window|aggregate|select|into)\./.test(code);
    const window = [
      `window: { ${stands('rule.window.', 'tumbling: 1h')} }`,
      'aggregate:',
      `  n: ${stands('rule.aggregate.', 'count()')}`,
    ];
    const isField = /^rule\.(?!window|aggregate|alert)/.test(code);
    const rule = [
      'from: orders',
      ...(needsWindow ? window : []),
      ...(isField ? [form] : []),
      `alert: { severity: low, title: x${code.startsWith('rule.alert.') ? `, ${form}` : ''} }`,
    ];
    const stream = ['partitionKey: event.c', 'eventId: event.id', stands('stream.', '')];
    return [
      'pipeline: page',
      stands('pipeline.', ''),
      stands('table.', '') === '' ? '' : `tables:\n  table:\n${indented(form, 4)}`,
      'streams:',
      '  orders:',
      indented(stream.join('\n'), 4),
      'rules:',
      '  rule:',
      indented(rule.join('\n'), 4),
    ].join('\n');
  }
});

describe('each rule and its test', () => {
  const [, section = ''] = readPage('docs/guarantees.md').text.split(/^## (?=Each rule and its test$)/m);
  const rows = [...(section.split(/^## /m)[0] ?? '').matchAll(/^\| (?!rule \|)([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, rule = '', named = '']) => ({
      rule,
      tests: [...named.matchAll(/`(test\/[^`]+)`: ("[^"]+"(?:, "[^"]+")*)/g)].flatMap(([, file = '', titles = '']) =>
        [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title })),
      ),
    }),
  );

  test('are listed', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows)('$rule: its tests are there', ({ tests }) => {
    expect(tests).not.toEqual([]);
    const absent = ({ file, title }: { readonly file: string; readonly title: string }): boolean => {
      if (!existsSync(file)) return true;
      const text = readFileSync(file, 'utf8');
      // The title as the first argument of a test or group, or the name of a mutation.
      const names = title
        .split(' › ')
        .map((one) => new RegExp(`(?:\\(\\s*|name: )['\`]${one.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')}['\`],`));
      return !names.every((name) => name.test(text));
    };
    expect(tests.filter(absent)).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchors(page: Page): string[] {
  return [...page.text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const links = pages.flatMap((page) =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ from: page.path, target }))
    .filter(({ target }) => !/^https?:/.test(target)),
);

test.each(links)('the link from $from to $target leads somewhere', ({ from, target }) => {
  const [file = '', anchor] = target.split('#');
  const found = file === '' ? from : path.join(path.dirname(from), file);
  expect(existsSync(found)).toBe(true);
  if (anchor !== undefined) expect(anchors(readPage(found))).toContain(anchor);
});

test.each(pages)('every file and folder that $path names is there', (page) => {
  const named = [...prose(page).matchAll(/`((?:pipelines|docs|bench|engine|test|local)\/[\w./-]*)`/g)];
  expect(named.map(([, name = '']) => name).filter((name) => !existsSync(name))).toEqual([]);
});

describe('every command that the pages name', () => {
  const all = pages.map((page) => page.text).join('\n');
  const named = (pattern: RegExp): string[] => [...new Set([...all.matchAll(pattern)].map(([, name = '']) => name))];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

  test.each(named(/\bnpm run ([\w:-]+)/g))('npm run %s is a script', (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });

  test('npm start and npm test are scripts', () => {
    expect(named(/\bnpm (start|test)\b/g).filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test.each(named(/\bnpx weir ([\w-]+)/g))('npx weir %s is a command', (name) => {
    expect(readFileSync('cli/main.ts', 'utf8')).toMatch(new RegExp(`\\.command\\(\\s*'${name}[ ']`));
  });

  test.each(named(/`(--[\w-]+)/g))('%s is an option of it', (name) => {
    const option = name.replace(/^--(no-)?/, '');
    const declared = ['cli/main.ts', 'local/run-options.ts'].map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(option === 'help' || declared.includes(`option('${option}'`)).toBe(true);
  });

  test.each([
    ['npm start', 'local/run-options.ts', 'docs/local.md'],
    ['weir', 'cli/main.ts', 'docs/language.md'],
  ])('every option of %s is explained', (_, source, page) => {
    const options = [...readFileSync(source, 'utf8').matchAll(/option\('(\w+)'/g)].map(([, name = '']) => name);
    const { text } = readPage(page);
    expect(options.filter((name) => !text.includes(`--${name}`) && !text.includes(`--no-${name}`))).toEqual([]);
  });

  test.each(named(/-c ([A-Za-z]+)[=.`]/g))('-c %s is an option of the deployment', (name) => {
    expect(readFileSync('infra/deploy-options.ts', 'utf8')).toContain(name);
  });
});

test('every package that the decisions name is installed by package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
  const packages = Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] });
  const { text } = readPage('docs/decisions.md');
  const entries = [...text.matchAll(/^- \*\*.*$/gm)].flatMap(([line]) => [...line.matchAll(/\*\*([^*]+)\*\*/g)]);
  const names = entries.flatMap(([, name = '']) => name.split(/, -/)).filter((name) => /^@?[a-z0-9/-]+$/.test(name));
  expect(names.filter((name) => !packages.some((one) => one === name || one.endsWith(`client-${name}`)))).toEqual([]);
});
