/** What a test file can say, one by one: each law with a case that keeps it and one that breaks it. */
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import { caseResult } from '../../../engine/rule-test/case-result.ts';
import { readRuleTest } from '../../../engine/rule-test/read.ts';

const stream =
  '{ partitionKey: event.c, eventTime: event.at, eventId: event.id, outOfOrderness: 0s, allowedLateness: 5m }';
const { definition } = readPipeline(`pipeline: shop
streams:
  orders: ${stream}
rules:
  returns:
    from: orders
    groupBy: { customer: event.c }
    window: { tumbling: 10m }
    aggregate:
      returned: count(event.type == "return")
      n: count()
    having: returned * 2 > n
    emit: changes
    alert:
      severity: high
      title: '{{ customer }} returned {{ returned }} of {{ n }}'
      description: 'Since {{ window.start }}'
      labels: { team: 'returns-{{ customer }}' }
  burst:
    from: orders
    where: event.type == "burst"
    groupBy: { customer: event.c }
    alert: { severity: low, title: burst, cooldown: 5m }
  hourly:
    from: orders
    where: event.type == "order"
    window: { tumbling: 1h }
    aggregate: { n: count() }
    emit: final
    alert: { severity: info, title: '{{ n }} orders' }
  tidy:
    from: orders
    where: event.type == "order"
    select: { total: event.total * 2 }
    into: tidied
  large:
    from: tidied
    where: event.total > 100
    alert: { severity: low, title: large }
`);
const compiled = compileHere(definition!);

/** What fails in a case, a word and a line for each. */
function failures(text: string): string[] {
  const { test: read, faults } = readRuleTest(`start: 2026-03-02T09:00:00Z\ncases:\n  - name: x\n${text}`, definition!);
  expect(faults.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  return caseResult(definition!, compiled, read!.cases[0]!).failures.map(({ failure }) => failure.kind);
}

const returned = '{ at: 1m, orders: { id: a, type: return, c: ann } }';
const ordered = '{ at: 2m, orders: { id: b, type: order, c: ann, total: 60 } }';
const missing = 'missing-alert';
const unexpected = 'unexpected-alert';

test.each<[law: string, kept: string, broken: string, failures: readonly string[]]>([
  [
    'an expectation between steps looks at what stands then, the last at what stands at the end',
    `
    rules: [returns]
    steps: [${returned}, { expect: [{ rule: returns }] }, ${ordered}, { expect: [] }]
    expect: []`,
    `
    rules: [returns]
    steps: [${returned}, { expect: [] }, ${ordered}, { expect: [{ rule: returns }] }]
    expect: []`,
    [unexpected, missing],
  ],
  [
    'advance moves the watermark without an event, so that a final window speaks',
    `
    rules: [hourly]
    flush: false
    steps: [${ordered}, { advance: 64m59s }, { expect: [] }, { advance: 65m }, { expect: [{ at: 1h }] }]
    expect: [{ rule: hourly, values: { n: 1 } }]`,
    `
    rules: [hourly]
    flush: false
    steps: [${ordered}, { advance: 64m59s }]
    expect: [{ rule: hourly, values: { n: 1 } }]`,
    [missing],
  ],
  [
    'without a flush the watermark stays where the steps have brought it, with one it goes to the end of time',
    `
    rules: [hourly]
    steps: [${ordered}]
    expect: [{ rule: hourly }]`,
    `
    rules: [hourly]
    flush: false
    steps: [${ordered}]
    expect: [{ rule: hourly }]`,
    [missing],
  ],
  [
    'arrives says when an event comes, and so what came before it',
    `
    rules: [returns]
    steps: [${returned}, { advance: 14m }, { at: 3m, arrives: 14m30s, orders: { id: b, type: order, c: ann } }]
    expect: []
    expectLate: []`,
    `
    rules: [returns]
    steps: [${returned}, { advance: 15m }, { at: 3m, arrives: 15m, orders: { id: b, type: order, c: ann } }]
    expect: []
    expectLate: []`,
    [unexpected, 'unexpected-rejection'],
  ],
  [
    'an alert that late data disproves is withdrawn, and one that is true again reopened under its id',
    `
    rules: [returns]
    steps:
      - ${returned}
      - expect: [{ status: open, revision: 0 }]
      - ${ordered}
      - expect: [{ status: withdrawn, revision: 1 }]
      - { at: 3m, orders: { id: e, type: return, c: ann } }
    expect: [{ status: open, revision: 2, values: { returned: 2, n: 3 } }]`,
    `
    rules: [returns]
    steps: [${returned}, ${ordered}]
    expect: [{ rule: returns, status: open }]`,
    [missing],
  ],
  [
    'an amendment keeps the alert, with the next revision and what the window says now',
    `
    rules: [returns]
    steps: [${returned}, { at: 4m, orders: { id: e, type: return, c: ann } }]
    expect: [{ status: amended, revision: 1, values: { returned: 2 }, events: [a, e], at: 4m }]`,
    `
    rules: [returns]
    steps: [${returned}, { at: 4m, orders: { id: e, type: return, c: ann } }]
    expect: [{ rule: returns, status: open, events: [e] }]`,
    [missing],
  ],
  [
    'a cooldown joins what is so near, and nothing farther apart',
    `
    rules: [burst]
    steps:
      - { at: 0s, orders: { id: a, type: burst, c: ann } }
      - { at: 5m, orders: { id: b, type: burst, c: ann } }
      - { at: 10m1s, orders: { id: d, type: burst, c: ann } }
    expect: [{ window: { start: 0s, end: 5m } }, { window: { start: 10m1s, end: 10m1s } }]`,
    `
    rules: [burst]
    steps:
      - { at: 0s, orders: { id: a, type: burst, c: ann } }
      - { at: 5m, orders: { id: b, type: burst, c: ann } }
    expect: [{ rule: burst, events: [a] }, { rule: burst, events: [b] }]`,
    [missing],
  ],
  [
    'texts and labels are as people get them',
    `
    rules: [returns]
    steps: [${returned}]
    expect:
      - title: ann returned 1 of 1
        description: 'Since 2026-03-02T09:00:00Z'
        labels: { team: returns-ann }
        severity: high`,
    `
    rules: [returns]
    steps: [${returned}]
    expect: [{ rule: returns, title: '{{ customer }} returned 1 of 1' }]`,
    [missing],
  ],
  [
    'a case looks at the rules that it names, and at all of them where it names none',
    `
    rules: [hourly]
    steps: [${returned}, ${ordered}]
    expect: [{ rule: hourly }]`,
    `
    steps: [${returned}]
    expect: []`,
    [unexpected],
  ],
  [
    'the events of derived streams are expected by stream, rule, id, time and value, and a case that asks for them gets all',
    `
    rules: [tidy]
    steps: [${ordered}, ${returned}]
    expect: []
    expectEvents: [{ stream: tidied, rule: tidy, id: b/tidy, at: 2m, value: { total: 120 } }]`,
    `
    rules: [tidy]
    steps: [${ordered}, { at: 3m, orders: { id: e, type: order, c: ann, total: 1 } }]
    expect: []
    expectEvents: [{ value: { total: 121 } }]`,
    ['missing-event', 'unexpected-event'],
  ],
  [
    'a case that names other rules does not look at the events of the rest',
    `
    rules: [large]
    steps: [${ordered}]
    expect: [{ rule: large }]
    expectEvents: []`,
    `
    rules: [large, tidy]
    steps: [${ordered}]
    expect: [{ rule: large }]
    expectEvents: []`,
    ['unexpected-event'],
  ],
  [
    'late events are expected by rule and id, all of them',
    `
    rules: [hourly]
    steps: [{ advance: 2h }, ${ordered}]
    expect: []
    expectLate: [{ rule: hourly, stream: orders, event: b, reason: allowedLateness is 300 s }]`,
    `
    rules: [hourly]
    steps: [{ advance: 2h }, ${ordered}]
    expect: []
    expectLate: []`,
    ['unexpected-rejection'],
  ],
  [
    'invalid events are expected by id and reason, all of them',
    `
    steps: [{ at: 1m, orders: { id: a, type: other } }]
    rules: [returns]
    expect: []
    expectInvalid: [{ event: a, reason: event.c }]`,
    `
    rules: [returns]
    steps: [{ at: 1m, orders: { id: a, type: other } }]
    expect: []
    expectInvalid: [{ event: a, reason: schema }]`,
    ['missing-rejection'],
  ],
])('%s', (_, kept, broken, found) => {
  expect(failures(kept)).toEqual([]);
  expect(failures(broken)).toEqual(found);
});
