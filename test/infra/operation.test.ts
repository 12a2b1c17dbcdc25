import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { alarmKinds } from '../../infra/alarm-kinds.ts';
import { shop, templateOf } from './shop.ts';

const template = templateOf(
  shop(() => ({
    alarmEmail: 'platform@example.com',
    watermarkLag: Duration.minutes(10),
    streams: { orders: { retention: Duration.hours(48) } },
  })),
);

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: unknown[];
}

const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  (resource) => (resource as { Properties: AlarmProperties }).Properties,
);

/** The sections of the runbook, each with the sentence that it begins with. */
const sections = new Map(
  readFileSync('docs/runbook.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [/^.*/.exec(section)![0], section.match(/^> .*/gm)!.join(' ').replaceAll('> ', '')]),
);

test('every alarm has a section of the runbook that begins with its impact, and every section an alarm', () => {
  expect([...sections]).toEqual(Object.values(alarmKinds).map(({ name, impact }) => [name, impact]));
  const named = new Set(
    alarms.map(({ AlarmDescription }) => /docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription)?.[1]),
  );
  expect([...named].sort()).toEqual([...sections.keys()].sort());
  for (const { AlarmDescription } of alarms) {
    const [impact, section] = AlarmDescription.split(' What to do: docs/runbook.md#');
    expect(sections.get(section!)).toBe(impact);
  }
});

test('an alarm has a name that is known beforehand and tells the topic for alarms, not the one for alerts', () => {
  expect(alarms.map(({ AlarmName }) => AlarmName)).toContain('shop-iterator-age-orders');
  for (const { AlarmActions } of alarms)
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/AlarmTopic/) as string }]);
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Endpoint: 'platform@example.com',
    TopicArn: { Ref: Match.stringLikeRegexp('AlarmTopic') },
  });
});

test('a stream is behind when a record is older than half of what the stream keeps', () => {
  for (const [stream, threshold] of [
    ['orders', 24 * 3_600_000],
    ['returns', 12 * 3_600_000],
  ] as const) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `shop-iterator-age-${stream}`,
      MetricName: 'IteratorAge',
      Statistic: 'Maximum',
      Threshold: threshold,
    });
  }
});

test('a watermark may trail by what it is told', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'shop-watermark-lag',
    Namespace: 'Weir',
    Dimensions: [{ Name: 'service', Value: 'shop' }],
    // And a minute of `outOfOrderness`.
    Threshold: 660,
  });
});

test('that time stands still is an alarm though nothing is counted then', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'shop-advance-time-stopped',
    TreatMissingData: 'breaching',
    ComparisonOperator: 'LessThanThreshold',
  });
});

test('the dashboard tells the way of an event from left to right', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const text = JSON.stringify((dashboard as { Properties: { DashboardBody: unknown } }).Properties.DashboardBody);
  const titles = [...text.matchAll(/\\"title\\":\\"(\d) ([^:\\"]+)/g)].map(([, place, title]) => `${place!} ${title!}`);
  expect(titles).toEqual(['1 Stream', '2 Read', '3 Rules', '4 State', '5 Alerts', '6 Told']);
});
