import { readFileSync } from 'node:fs';
import { mutations } from './mutations.ts';

test.each(mutations)('what is changed to break the product stands in it once: $name', ({ file, edits }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(edits.map(([part]) => text.split(part).length - 1)).toEqual(edits.map(() => 1));
});
