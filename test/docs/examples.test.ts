/** What docs/examples.md says of the pipelines is what they are. */
import { existsSync, readdirSync } from 'node:fs';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { costOf } from '../../engine/explain/cost.ts';
import { compilePlan } from '../../engine/plan/compile.ts';
import { readPage } from './page.ts';

const { text, blocks } = readPage('docs/examples.md');
const examples = readdirSync('pipelines').filter((name) => existsSync(`pipelines/${name}/events.ndjson`));

test('every pipeline with sample events has its rules on the page', () => {
  const shown = blocks.filter(({ kind }) => kind === 'yaml of').map(({ about }) => about);
  expect([...shown].sort()).toEqual(examples.sort().map((name) => `pipelines/${name}/pipeline.yaml`));
});

test('what each rule with state costs is what weir explain says at one event a second', () => {
  const rows = [...text.matchAll(/^\| `[\w-]+` \| `[\w-]+` \|.*$/gm)].map(([row]) => row);
  const costs = examples.flatMap((name) => {
    const { definition } = loadPipelineFile(`pipelines/${name}/pipeline.yaml`);
    return compilePlan(definition!).plan.rules.flatMap((rule) => {
      const { itemBytes, writesPerMillion, readsPerMillion, dollarsPerMonth } = costOf(rule, 1);
      if (itemBytes === 0) return [];
      const [writes, reads] = [writesPerMillion, readsPerMillion].map((units) => units.toLocaleString('en'));
      const dollars = dollarsPerMonth.toFixed(2);
      return [`| \`${rule.name}\` | \`${name}\` | ${rule.groupNames.join(', ')} | ${writes} | ${reads} | ${dollars} |`];
    });
  });
  expect([...rows].sort()).toEqual(costs.sort());
});
