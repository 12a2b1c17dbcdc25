/** Rules by their form of window: each with one owner of a key and with several writers, with every `emit`. */
const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

const aggregates = `
    aggregate:
      n: count()
      spent: sum(event.total)
      newest: last(event.total)`;

const keys = {
  owned: `
    groupBy:
      customer: event.customer`,
  shared: `
    groupBy:
      kind: event.kind`,
  global: '',
} as const;

/** A rule over `orders`, as pipelines.ts declares it. */
function rule(window: string, key: keyof typeof keys, rest: string, more = ''): string {
  return `  often:
    from: orders${keys[key]}
    window:${window}${aggregates}${rest}${alert}${more}`;
}

const wavering = `
    having: n == 2`;

/** Every `emit`, for one owner and for many writers, and with alerts that join. */
function every(window: string): string[] {
  return (['owned', 'shared'] as const).flatMap((key) => [
    rule(window, key, '\n    having: n >= 2'),
    rule(window, key, `${wavering}\n    emit: changes`),
    rule(window, key, `${wavering}\n    emit: final`),
    rule(window, key, '\n    emit: final', '\n      cooldown: 9m'),
    rule(window, key, `${wavering}\n    emit: changes`, '\n      cooldown: 9m'),
    rule(window, key, `${wavering}\n    emit: threshold`, '\n      cooldown: 0s'),
  ]);
}

function sequence(key: keyof typeof keys, steps: string, rest: string): string {
  return `  often:
    from: orders${keys[key]}
    sequence:
${steps
  .split(' | ')
  .map((step) => `      - ${step}`)
  .join('\n')}${rest}${alert}`;
}

function sequences(steps: string, rest: string): string[] {
  return (['owned', 'shared'] as const).map((key) => sequence(key, steps, rest));
}

function joined(text: string): string {
  return `${text}\n      cooldown: 9m`;
}

const less = 'less: { where: event.total < more.total }';
const within = '\n    within: 10m';
const nextEvent = '\n    after: next-event';

const sequenceForms: Readonly<Record<string, readonly string[]>> = {
  'sequences of steps': [
    ...sequences(`more: { where: event.total > 3 } | ${less}`, within),
    ...sequences(
      `more: { where: event.total > 3 } | ${less} | last: { where: event.total > less.total }`,
      `${within}${nextEvent}`,
    ),
    ...sequences(`more: { where: event.total > 3 } | ${less}`, `${within}\n    having: less.total > 1`),
    ...sequences(`more: { where: event.total > 3 } | ${less}`, '\n    within: 4m'),
    ...sequences(
      'any: [{ more: { where: event.total > 7 } }, { few: { where: event.total < 2 } }] | last: { where: event.total > 3 }',
      within,
    ),
    ...sequences(
      'all: [{ more: { where: event.total > 5 } }, { few: { where: event.total < 5 } }] | last: { where: event.total > few.total }',
      within,
    ),
  ],
  'sequences of steps that take several events': [
    ...sequences(
      'more: { where: event.total > 2, times: 2..3 } | last: { where: "event.total < more[0].total" }',
      within,
    ),
    ...sequences(
      'first: {} | more: { where: event.total > first.total, times: 2.. } | last: {}',
      `${within}${nextEvent}`,
    ),
    ...sequences('more: { where: event.total > 3, times: 3 }', within),
  ],
  'strict sequences': [
    ...sequences(`more: { where: event.total > 3 } | ${less}`, `${within}\n    match: strict`),
    ...sequences(
      'more: { where: event.total > 2, times: 2.. } | last: { where: event.total < 3 }',
      `${within}\n    match: strict${nextEvent}`,
    ),
  ],
  'sequences whose alerts join': [
    ...sequences(`more: { where: event.total > 3 } | ${less}`, within).map(joined),
    ...sequences(`more: { where: event.total > 3 } | ${less}`, `${within}${nextEvent}\n    having: less.total > 1`).map(
      joined,
    ),
    ...sequences('more: { where: event.total > 2, times: 2..3 } | last: {}', '\n    within: 4m').map(joined),
    ...sequences(`more: { where: event.total > 3 } | ${less}`, `${within}\n    match: strict`).map(joined),
  ],
  'sequences with an absence': [
    ...sequences('more: { where: event.total > 3 } | not: { where: event.total < more.total }', within),
    ...sequences(
      'more: { where: event.total > 3 } | not: { where: event.total < 2, for: 4m }',
      `${within}${nextEvent}`,
    ),
    ...sequences(
      'more: { where: event.total > 3 } | not: { where: event.total < 2 } | last: { where: event.total > 5 }',
      within,
    ),
    ...sequences('more: { where: event.total > 3 } | not: { where: event.total < 2, for: 3m } | last: {}', within),
    ...sequences('not: { where: event.total > last.total, for: 5m } | last: { where: event.total > 3 }', within),
    ...sequences('not: { where: event.total < 3 } | more: { where: event.total > 5 } | last: {}', '\n    within: 6m'),
    ...sequences('more: { where: event.total > 1, times: 2.. } | not: { where: event.total < 2, for: 4m }', within),
    ...sequences(
      'more: { where: event.total > 3 } | not: { where: event.total < 3, until: more.at + 60000 * more.total }',
      within,
    ),
    ...sequences(
      'more: { where: event.total > 3 } | any: [{ not: { where: event.total < 3, for: 5m } }, { last: { where: event.total > 7 } }]',
      within,
    ),
    ...sequences(
      'more: { where: event.total > 3 } | all: [{ not: { where: event.total < 3, for: 3m } }, { last: { where: event.total > 5 } }]',
      `${within}${nextEvent}`,
    ),
  ],
};

function distinct(key: keyof typeof keys, parts: string, more = ''): string {
  return `  often:
    from: orders${keys[key]}
    where: event.total > 1
    distinct: ${parts}${alert.replace("'x'", "'{{ event.total }}'")}${more}`;
}

const distinctForms: Readonly<Record<string, readonly string[]>> = {
  'the first of events that are the same': [
    distinct('owned', '{ within: 5m }'),
    distinct('shared', '{ within: 5m }'),
    distinct('shared', '{ within: 2m, keep: first }', '\n      cooldown: 3m'),
  ],
  'the last of events that are the same': [
    distinct('owned', '{ within: 5m, keep: last }'),
    distinct('shared', '{ within: 5m, keep: last }'),
  ],
};

function join(on: string, parts: string): string {
  return `  often:
    join:
      left: { from: orders, as: more, where: event.total > 3 }
      right: { from: orders, as: less, where: event.total < 6 && event.kind != "z" }
      on: { left: ${on}, right: ${on} }
      ${parts}
    select:
      more: more.total
      less: less.total${alert}`;
}

function joins(parts: string): string[] {
  return ['event.customer', 'event.kind'].map((on) => join(on, parts));
}

const joinForms: Readonly<Record<string, readonly string[]>> = {
  'inner joins': [
    ...joins('within: 5m'),
    ...joins('within: { before: 1m, after: 9m }'),
    ...joins('within: 4m\n    having: more.total > less.total + 1'),
  ],
  'outer joins': [
    ...joins('within: 5m\n      type: left'),
    ...joins('within: 4m\n      type: right'),
    ...joins('within: { before: 6m, after: 0s }\n      type: full'),
    ...joins('within: 3m\n      type: full\n    having: more == null || more.total > 5'),
  ],
};

const windowForms: Readonly<Record<string, readonly string[]>> = {
  'tumbling windows': every('\n      tumbling: 10m\n      offset: 3m'),
  'hopping windows': every('\n      hopping: 10m\n      every: 4m'),
  'sliding windows': every('\n      sliding: 10m'),
  'calendar hours and days': [
    ...every('\n      calendar: hour'),
    ...every('\n      calendar: day'),
    rule('\n      calendar: day', 'global', '\n    emit: changes'),
  ],
  'calendar weeks and months': [...every('\n      calendar: week'), ...every('\n      calendar: month')],
  'results so far of a day': every('\n      calendar: day\n      every: 10m'),
  'windows before events': every('\n      before: 10m'),
  'windows of the last events': every('\n      last: 3\n      within: 10m'),
  sessions: every('\n      session: 4m\n      max: 10m'),
  'windows until a time': every('\n      until: event.at + 60000 * (event.total + 1)\n      max: 8m'),
};

export const forms = { ...windowForms, ...sequenceForms, ...distinctForms, ...joinForms };
