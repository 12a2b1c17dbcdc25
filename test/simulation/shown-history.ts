/** A history as people read it. */
import type { History } from './history.ts';
import { textOf } from './rule-forms.ts';
import type { Shrunk } from './shrink.ts';

const minute = 60_000;

export function showShrunk({ history, faults, verdict, plays }: Shrunk): string {
  return [
    `seed ${history.seed}, as small as ${plays} plays made it`,
    '',
    textOf(history.forms),
    '',
    ...happenings(history).map(([at, text]) => `${clock(at)}  ${text}`),
    '',
    `shards ${JSON.stringify(history.shards)}, calls of up to ${history.weather.latency} ms, batches of up to ${history.batchSize}, ` +
      `the index trails by up to ${history.trail} ms, ${history.skippedMinutes} of 100 minutes skipped` +
      (history.ends ? ', time ends' : ''),
    ...faults.map((fault) => `fault: ${fault}`),
    '',
    ...verdict.found.map((line) => `✗ ${line}`),
  ].join('\n');
}

function happenings({ events, rows, reshards, outages, restarts, redrive }: History): (readonly [number, string])[] {
  const all: (readonly [number, string])[] = [
    ...events.map(
      ({ id, stream, customer, kind, total, arrival, at, malformed, mended }) =>
        [
          arrival,
          `${stream} ${id} ${customer} ${kind} ${total}` +
            (at === arrival ? '' : `, of ${clock(at)}, ${Math.round((arrival - at) / minute)} min late`) +
            (malformed === undefined ? '' : `, malformed: ${malformed}${mended === true ? ', put right' : ''}`),
        ] as const,
    ),
    ...rows.map(({ id, customer, tier, at }) => [at, `the row ${id} of ${customer}: ${tier}`] as const),
    ...reshards.map(
      ({ at, stream, kind, partitionKey }) => [at, `${kind} of the shard of ${partitionKey} in ${stream}`] as const,
    ),
    ...outages.map(
      ({ stream, shard, from, to }) =>
        [from, `${stream}${shard === undefined ? '' : ` shard ${shard}`} is not read until ${clock(to)}`] as const,
    ),
    ...(redrive?.at ?? []).map(
      (at) => [at, `letters are put back${redrive?.late === true ? ', late ones too' : ''}`] as const,
    ),
    ...restarts.map(({ at, stream, from }) => [at, `the mapping of ${stream} begins anew, ${from}`] as const),
  ];
  return all.sort(([a], [b]) => a - b);
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
