/**
 * Converts UCI Online Retail (https://archive.ics.uci.edu/dataset/352, CC BY 4.0; Chen, Sain, Guo 2012) to the NDJSON
 * that `weir backtest` and `npm start -- --replay` read. What cannot be converted is listed on standard error.
 */
import { parseArgs } from 'node:util';
import { records, type StreamRecord } from './conversion.ts';
import { readOnlineRetail, writeNdjson } from './online-retail-file.ts';

const usage =
  'usage: npx tsx pipelines/online-retail/convert.ts INPUT.csv[.gz] OUTPUT.ndjson[.gz] [--stream lines|orders|both] [--first N]';

const streams: Record<string, readonly StreamRecord['stream'][]> = {
  lines: ['lines'],
  orders: ['orders'],
  both: ['lines', 'orders'],
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { stream: { type: 'string', default: 'both' }, first: { type: 'string' } },
  });
  const [input, output, ...rest] = positionals;
  if (input === undefined || output === undefined || rest.length > 0) throw new Error(usage);
  const chosen = streams[values.stream];
  if (chosen === undefined) throw new Error(`--stream is '${values.stream}', not lines, orders or both\n${usage}`);
  const first = values.first === undefined ? undefined : Number(values.first);
  if (first !== undefined && !(Number.isSafeInteger(first) && first > 0)) {
    throw new Error(`--first is '${values.first ?? ''}', not a number of lines above 0\n${usage}`);
  }

  const started = performance.now();
  const conversion = await readOnlineRetail(input, { ...(first === undefined ? {} : { first }), progress });
  clear();
  await writeNdjson(output, records(conversion, new Set(chosen)));

  for (const { line, reason } of conversion.rejected) console.error(`line ${line} ${reason}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(
    `${count(conversion.lines.length)} lines, ${count(conversion.orders.size)} invoices, ` +
      `${count(conversion.rejected.length)} lines that could not be converted, in ${seconds} s`,
  );
}

const terminal = process.stderr.isTTY;

function progress(lines: number): void {
  if (terminal && lines % 10_000 === 0) process.stderr.write(`\r${count(lines)} lines read`);
}

function clear(): void {
  if (terminal) process.stderr.write('\r\u001b[K');
}

function count(number: number): string {
  return number.toLocaleString('en-GB');
}

try {
  await main();
} catch (error) {
  clear();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
