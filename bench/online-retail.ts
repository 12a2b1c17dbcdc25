/** All of UCI Online Retail as events, converted once. */
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { records } from '../pipelines/online-retail/conversion.ts';
import { readOnlineRetail, writeNdjson } from '../pipelines/online-retail/online-retail-file.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const pipeline = `${root}pipelines/online-retail/pipeline.yaml`;

const source = `${root}../shared/data/online-retail/online-retail.csv.gz`;

/** The path of the NDJSON file. */
export async function onlineRetail(): Promise<string> {
  const converted = `${root}.weir/bench/online-retail.ndjson`;
  if (!existsSync(converted)) {
    mkdirSync(`${root}.weir/bench`, { recursive: true });
    await writeNdjson(converted, records(await readOnlineRetail(source)));
  }
  return converted;
}
