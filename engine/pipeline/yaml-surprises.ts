/** What YAML reads without complaint, and otherwise than it looks: anchors, aliases, tags, keys that stand twice. */
import { type Document, isAlias, visit } from 'yaml';
import type { FaultReport } from './fault-report.ts';

export function reportSurprises(document: Document.Parsed, report: FaultReport): void {
  const aloud = "each rule written out: anchors ('&'), aliases ('*') and tags ('!') are not used in a pipeline file";
  visit(document, {
    Node(_, node) {
      const { source } = report;
      const start = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        report.error(
          'yaml.alias',
          { start, end: node.range?.[1] ?? start + 1 },
          `YAML takes '*${node.source}' as an alias`,
          { allowed: aloud },
        );
      } else if (node.anchor !== undefined) {
        const at = source.text.lastIndexOf(`&${node.anchor}`, start);
        report.error(
          'yaml.anchor',
          { start: at, end: at + node.anchor.length + 1 },
          `YAML takes '&${node.anchor}' as an anchor`,
          { allowed: aloud },
        );
      } else if (
        node.tag?.startsWith('tag:yaml.org') &&
        source.text.slice(0, start).trimEnd().at(-1) !== ':' &&
        /!!\w+\s*$/.test(source.text.slice(0, start))
      ) {
        report.error(
          'yaml.tag',
          { start: source.text.lastIndexOf('!!', start), end: start },
          'a tag changes what the value is',
          { allowed: aloud },
        );
      }
    },
  });
  for (const error of document.errors) {
    if (error.code !== 'DUPLICATE_KEY') continue;
    const [start, end] = error.pos;
    const key = /^[\w-]+/.exec(report.source.text.slice(start))?.[0] ?? report.source.text.slice(start, end);
    report.error(
      'yaml.duplicate-key',
      { start, end: start + key.length },
      `'${key}' stands twice here: YAML would keep only the last`,
      { allowed: 'each key once' },
    );
  }
}
