import { type AlertContent, type AlertIdentity, type AlertRecord, reconcile } from '../../../engine/alert/alert.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const identity: AlertIdentity = { rule: 'often', id: 'a1', live: true, cooldown: 100 as Millis };

function content(n: number, at = n): AlertContent {
  return {
    key: { customer: 'ann' },
    window: { start: 0 as EpochMillis, end: at as EpochMillis },
    values: { n },
    events: [{ stream: 'orders', id: `e${n}`, at: at as EpochMillis, fields: {} }],
    at: at as EpochMillis,
    severity: 'low',
    title: `${n} orders`,
    description: undefined,
    labels: undefined,
    partial: false,
  };
}

/** The record after what should stand changed so; what was to be published is published at once. */
function life(desired: readonly (AlertContent | undefined)[], who = identity): (AlertRecord | undefined)[] {
  let record: AlertRecord | undefined;
  return desired.map((one) => {
    const next = reconcile(who, record, one);
    record = next === undefined ? record : { ...next, pending: undefined };
    return next;
  });
}

test('an alert is opened, amended quietly, withdrawn and reopened under its id, revision by revision', () => {
  expect(life([undefined, content(3), content(3), content(4), undefined, undefined, content(5)])).toEqual([
    undefined,
    expect.objectContaining({ id: 'a1', status: 'open', revision: 0, pending: 'opened' }),
    undefined,
    expect.objectContaining({ id: 'a1', status: 'amended', revision: 1, pending: undefined }),
    expect.objectContaining({ id: 'a1', status: 'withdrawn', revision: 2, pending: 'withdrawn', content: content(4) }),
    undefined,
    expect.objectContaining({ id: 'a1', status: 'open', revision: 3, pending: 'reopened' }),
  ]);
});

test('an alert that is no longer exact is amended, though its values are the same', () => {
  const near = { ...content(3), approximate: { n: 0.017 } };
  const statuses = life([content(3), near, structuredClone(near), content(3)]).map((record) => record?.status);
  expect(statuses).toEqual(['open', 'amended', undefined, 'amended']);
});

test('an alert whose value has no room any more is amended, though the value was null before', () => {
  const lacking = { ...content(3), tooLarge: ['n'] };
  const statuses = life([content(3), lacking, structuredClone(lacking), content(3)]).map((record) => record?.status);
  expect(statuses).toEqual(['open', 'amended', undefined, 'amended']);
});

test('an episode that goes on for longer than its cooldown is published again, and again after another', () => {
  const published = life([content(1, 0), content(2, 100), content(3, 101), content(4, 201), content(5, 202)]).map(
    (record) => record?.pending,
  );
  expect(published).toEqual(['opened', undefined, 'amended', undefined, 'amended']);
});

test('without a cooldown an amendment is never published', () => {
  expect(life([content(1, 0), content(2, 1e9)], { ...identity, cooldown: 0 as Millis })[1]).toMatchObject({
    status: 'amended',
    pending: undefined,
  });
});

test('the alerts of a shadow rule are recorded and never published', () => {
  for (const record of life([content(1), content(2), undefined, content(3)], { ...identity, live: false }))
    expect(record).toMatchObject({ pending: undefined });
});

test('what was not published yet is published with the next revision', () => {
  const opened = reconcile(identity, undefined, content(1));
  expect(reconcile(identity, opened, content(2))).toMatchObject({ status: 'amended', revision: 1, pending: 'opened' });
});

test.each([
  ['values', { values: { n: 9 } }],
  ['the window', { window: { start: 1 as EpochMillis, end: 3 as EpochMillis } }],
  ['the evidence', { events: [] }],
  ['the time', { at: 4 as EpochMillis }],
  ['the title', { title: 'other' }],
  ['the severity', { severity: 'high' as const }],
])('a change of %s is an amendment', (_, change) => {
  expect(life([content(3), { ...content(3), ...change }])[1]).toMatchObject({ status: 'amended' });
});

test('an opening that was never told is told with the next revision, even where that would be told by itself', () => {
  const opened = reconcile(identity, undefined, content(3));
  expect(reconcile(identity, opened, content(4, 500))).toMatchObject({ status: 'amended', pending: 'opened' });
});

test('what another having has said is neither withdrawn nor told again, and goes on where this one is true too', () => {
  const opened = { ...reconcile({ ...identity, having: 'old' }, undefined, content(3))!, pending: undefined };
  const now = { ...identity, having: 'new' };
  expect(reconcile(now, opened, undefined)).toBeUndefined();
  expect(reconcile(identity, opened, undefined)).toBeUndefined();
  const goesOn = reconcile(now, opened, content(4))!;
  expect(goesOn).toMatchObject({ status: 'amended', pending: undefined, having: 'new' });
  expect(reconcile(now, goesOn, undefined)).toMatchObject({ status: 'withdrawn' });
});
