/** The questions of a shop: what their sample events raise, as `weir` prints it, and that each can be deployed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { runCheck } from '../../cli/check.ts';
import { runExplain } from '../../cli/explain.ts';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { runTest } from '../../cli/test.ts';
import { checkNames } from '../../infra/prop-faults.ts';

/** By folder: every alert of a backtest, each time that it is told or changes. */
const told: Readonly<Record<string, readonly string[]>> = {
  'card-velocity': [
    'open many-cards: c107 tried 3 cards within an hour, 2 of 3 payments were declined',
    'amended many-cards: c107 tried 4 cards within an hour, 3 of 4 payments were declined',
    'amended many-cards: c107 tried 5 cards within an hour, 3 of 5 payments were declined',
    'open busy-card: The card that ends in 0341 was used 5 times within an hour',
  ],
  'new-country': [
    'open first-order-to-country: c101 orders to RO for the first time: o4101, 449.00 GBP',
    'open first-order-to-country: c104 orders to SE for the first time: o4106, 129.00 GBP',
    'withdrawn first-order-to-country: c104 orders to SE for the first time: o4106, 129.00 GBP',
  ],
  'cart-abandoned': ['open abandoned: c101 left a cart worth 68.00 GBP'],
  'promise-missed': [
    'open far-promise: Order o7005 is promised for 2027-03-05T18:00:00Z, in more than 90 days',
    'open not-delivered: Order o7003 of c104 was promised by 2026-03-05T18:00:00Z and is not delivered',
    'withdrawn not-delivered: Order o7003 of c104 was promised by 2026-03-05T18:00:00Z and is not delivered',
    'open not-delivered: Order o7000 of c101 was promised by 2026-03-05T18:00:00Z and is not delivered',
  ],
  'demand-spike': [
    'open spike: ESPRESSO-2 is in 5 orders since 9:00, 0.4 are usual in that hour',
    'amended spike: ESPRESSO-2 is in 6 orders since 9:00, 0.4 are usual in that hour',
    'amended spike: ESPRESSO-2 is in 7 orders since 9:00, 0.4 are usual in that hour',
    'amended spike: ESPRESSO-2 is in 8 orders since 9:00, 0.4 are usual in that hour',
  ],
  'refund-abuse': [
    'open mostly-refunded: c107 had 3 of 5 orders refunded in 90 days',
    'amended mostly-refunded: c107 had 4 of 5 orders refunded in 90 days',
  ],
  'review-bombing': [
    'open bombed: KETTLE-1L got 5 bad reviews from 5 customers within an hour',
    'amended bombed: KETTLE-1L got 6 bad reviews from 6 customers within an hour',
  ],
  'price-error': [
    'open far-below-list: Order o3002 has a price that cannot be right: ESPRESSO-2 for 44.90 instead of 449.00 GBP',
    'open not-on-list: The price list has no price in EUR for TEAPOT',
    'amended not-on-list: The price list has no price in EUR for TEAPOT',
    'open far-below-list: Order o3007 has a price that cannot be right: ESPRESSO-2 for 199.00 instead of 449.00 GBP',
  ],
  'customer-quiet': ['open gone-quiet: c101 used to order, and has not for 60 days'],
  'duplicate-order': ['open same-basket: c101 ordered the same twice: o1001 and o1002, 68.00 GBP each'],
};

function weir(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/weir.mjs', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

interface Line {
  readonly kind: string;
  readonly rule?: string;
  readonly status?: string;
  readonly title?: string;
  readonly reason?: string;
}

test('every pipeline with sample events is looked at', () => {
  const withEvents = readdirSync('pipelines').filter((name) => existsSync(`pipelines/${name}/events.ndjson`));
  expect(withEvents.sort()).toEqual(Object.keys(told).sort());
});

describe.each(Object.entries(told))('pipelines/%s', (name, alerts) => {
  const pipeline = `pipelines/${name}/pipeline.yaml`;
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  const output = { out: print, error: print, colour: false };
  beforeEach(() => void printed.splice(0));

  test('its sample events raise these alerts and no others, and all of them count', () => {
    const { status, stdout, stderr } = weir('backtest', pipeline, `pipelines/${name}/events.ndjson`, '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n').filter(Boolean);
    const said = lines.map((line) => {
      const { kind, rule = '', status: became = kind, title, reason = '' } = JSON.parse(line) as Line;
      return `${became} ${rule}: ${title ?? reason}`;
    });
    expect(said).toEqual(alerts);
  });

  test('it has no fault and no advice, and every case of its test file passes', () => {
    expect(runCheck({ files: [pipeline], json: false, param: {} }, output)).toBe(0);
    expect(printed.join('\n')).toMatch(/ is fine, with \d+ streams? and \d+ rules?\.$/);
    expect(runTest({ files: [pipeline], json: false, param: {} }, output).code).toBe(0);
    expect(printed.at(-1)).toMatch(/^[1-9]\d* cases in 1 file: \d+ passed, 0 failed\.$/);
  });

  test('it can be deployed under its name, and what it costs is known of every rule with state', () => {
    const { definition } = loadPipelineFile(pipeline);
    checkNames(
      definition!.name,
      definition!.streams.map((stream) => stream.name),
    );
    expect(definition!.name).toBe(name);
    expect(runExplain({ pipeline, newer: undefined, rate: 1, json: false, param: {} }, output)).toBe(0);
    const rules = printed.join('\n').split(/\n\n(?=[\w-]+\n {4})/);
    expect(rules).toHaveLength(definition!.rules.length);
    expect(rules.filter((rule) => !/^ {4}(dollars: at most \d|state: +none)/m.test(rule))).toEqual([]);
  });
});
