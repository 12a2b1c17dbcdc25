import { readdirSync, readFileSync } from 'node:fs';
import { faultsOf } from './faults-of.ts';

const folder = new URL('broken/', import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test.each(files)('every rewritten line of %s, put in its place, cures its fault', (name) => {
  const text = readFileSync(folder + name, 'utf8');
  const faults = faultsOf(text).filter(({ rewritten }) => rewritten !== undefined);
  expect(faults.length).toBeGreaterThan(name === 'tomorrow.yaml' ? -1 : 0);
  for (const { code, message, place, rewritten } of faults) {
    const better = text.split('\n').with(place.line - 1, rewritten ?? '');
    const left = faultsOf(better.join('\n')).filter((fault) => fault.place.line === place.line);
    expect(left.map((fault) => `${fault.code} ${fault.message}`)).not.toContain(`${code} ${message}`);
  }
});
