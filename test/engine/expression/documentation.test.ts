import { readFileSync } from 'node:fs';
import { parseExpression } from '../../../engine/expression/parse.ts';
import { run, typedScope } from './evaluate.ts';

const page = readFileSync('docs/expressions.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``, 'g'))].map(([, text = '']) => text);
const event: unknown = JSON.parse(blocks('json')[0] ?? '');
const examples = blocks('cel').flatMap((block) => block.trim().split('\n'));
const scope = typedScope({ event: 'dyn', params: { limit: 'number' } });

function shown(source: string): string {
  const checked = parseExpression(source, scope);
  if (!checked.ok) return `refused: ${checked.faults.map(({ code }) => code).join(', ')}`;
  const value = run(checked.value.node, { event, params: { limit: 500 } });
  return value === undefined ? 'failure' : JSON.stringify(value);
}

test('the examples of the page are found', () => {
  expect(examples.length).toBe(66);
});

test.each(examples.map((line) => line.split(/\s+→ /)))(
  '%s gives what the page says: %s',
  (source = '', expected = '') => {
    const normal =
      expected === 'failure' || expected.startsWith('refused') ? expected : JSON.stringify(JSON.parse(expected));
    expect(shown(source)).toBe(normal);
  },
);
