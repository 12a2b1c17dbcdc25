/** Rules that feed each other: what one makes of its windows, others count, tell of, or follow. */
const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

const counted = (from: string, group: string, window: string, into: string, rest = ''): string => `
    from: ${from}
    groupBy:
      ${group}
    window:
      ${window}
    aggregate:
      n: count()
      spent: sum(event.total)${rest}
    into: ${into}`;

const perCustomer = counted('orders', 'customer: event.customer', 'tumbling: 5m', 'tidied');
const perKind = counted('[orders, carts]', 'kind: event.kind', 'tumbling: 4m', 'tidied');

const aggregates = `
    aggregate:
      results: count()
      orders: sum(event.n)
      most: max(event.spent)`;

/** Counts results that tell of events, those of one key or of all. */
const reading = (group: string, value: string, window = 'tumbling: 12m'): string => `
  often:
    from: tidied${group === '' ? '' : `\n    groupBy:\n      ${group}`}
    window:
      ${window}
    aggregate:
      results: count()
      most: max(${value})
      least: min(${value})
    emit: changes${alert}`;

const followed = (from: string, group: string, steps: readonly string[], more: string): string => `
    from: ${from}
    groupBy:
      ${group}
    sequence:
${steps.map((step) => `      - ${step}`).join('\n')}
    ${more}
    into: tidied`;

const joined = (on: string, within: string, type: string): string => `
    join:
      left: { from: orders, as: more, where: event.total > 2 }
      right: { from: carts, as: less, where: event.total < 9 }
      on: { left: event.${on}, right: event.${on} }
      within: ${within}
      type: ${type}
    select:
      key: 'on'
      spent: more.total
      less: less.total
    into: tidied`;

const once = (from: string, key: string, keep: string): string => `
    from: ${from}
    groupBy:
      key: event.${key}
    distinct:
      within: 6m
      keep: ${keep}
    into: tidied`;

export const resultRuleTexts: Readonly<Record<string, string>> = {
  'windowed over windowed': `  tidy:${perCustomer}
  often:
    from: tidied
    groupBy:
      customer: event.customer
    window:
      tumbling: 20m${aggregates}
    emit: changes${alert}`,
  'windowed over windowed, shared key, final': `  tidy:${perKind}
  often:
    from: tidied
    window:
      tumbling: 15m${aggregates}
    emit: final${alert}`,
  'sliding over windowed, two streams': `  tidy:${perKind}
  often:
    from: [carts, tidied]
    groupBy:
      kind: event.kind
    window:
      sliding: 15m
    aggregate:
      n: count()
      orders: sum(event.?n.orValue(0))
    having: n >= 2${alert}`,
  'alert over sessions': `  tidy:${counted('orders', 'customer: event.customer', 'session: 3m\n      max: 20m', 'tidied')}
  big:
    from: tidied
    where: event.n >= 2${alert}`,
  'sequence over windowed over stateless': `  tidy:
    from: orders
    where: event.total > 1
    select:
      customer: event.customer
      total: event.total
    into: tidied
  daily:${counted('tidied', 'customer: event.customer', 'hopping: 6m\n      every: 3m', 'tidied-counts')}
  often:
    from: tidied-counts
    groupBy:
      customer: event.customer
    sequence:
      - one: { where: event.n == 1 }
      - more: { where: event.n > one.n }
    within: 20m${alert}`,
  'windowed over windowed over sliding': `  tidy:${counted('orders', 'customer: event.customer', 'sliding: 4m', 'tidied', '\n    having: n >= 2')}
  daily:
    from: tidied
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      spent: max(event.spent)
    into: tidied-counts
  often:
    from: tidied-counts
    window:
      tumbling: 30m${aggregates}
    emit: changes${alert}`,
  'windowed over a sequence': `  tidy:${followed('orders', 'customer: event.customer', ['more: { where: event.total > 3 }', 'less: { where: event.total < more.total }'], 'within: 10m')}
${reading('customer: event.customer', 'event.more.total - event.less.total').slice(1)}`,
  'windowed over a sequence, shared key': `  tidy:${followed('[orders, carts]', 'kind: event.kind', ['more: { where: event.total > 3 }', 'less: { where: event.total < more.total }', 'last: {}'], 'within: 6m\n    after: next-event')}
${reading('', 'event.last.total').slice(1)}`,
  'windowed over a sequence, absence': `  tidy:${followed('[orders, carts]', 'kind: event.kind', ['more: { where: event.total > 3 }', 'not: { where: event.total < 2, for: 3m }'], 'within: 6m')}
${reading('kind: event.kind', 'event.more.total').slice(1)}`,
  'windowed over a sequence, absence or an event': `  tidy:${followed('orders', 'customer: event.customer', ['more: { where: event.total > 2, times: 1..3 }', 'any: [{ not: { where: event.total < 3, for: 2m } }, { last: { where: event.total > 7 } }]'], 'within: 8m')}
${reading('', 'size(event.more)').slice(1)}`,
  'windowed over a join': `  tidy:${joined('kind', '{ before: 1m, after: 4m }', 'inner')}
${reading('', 'event.spent').slice(1)}`,
  'sliding over a join, left': `  tidy:${joined('customer', '{ before: 0s, after: 3m }', 'left')}
${reading('customer: event.key', 'event.spent', 'sliding: 9m').slice(1)}`,
  'windowed over the first of the same': `  tidy:${once('[orders, carts]', 'kind', 'first')}
${reading('kind: event.kind', 'event.total').slice(1)}`,
  'windowed over the first of the same, owned key': `  tidy:${once('orders', 'customer', 'first')}
${reading('customer: event.customer', 'event.total').slice(1)}`,
  'windowed over the last of the same': `  tidy:${once('orders', 'customer', 'last')}
${reading('', 'event.total').slice(1)}`,
};

const revised = (name: string, from: string, group: string, window: string, rest: string): string =>
  `  ${name}:${counted(from, group, window, `${name}-totals`, `\n    ${rest}`)}`;

/** Rules whose results go to readers outside with every change. */
export const revisedRuleTexts: Readonly<Record<string, string>> = {
  'revised results': revised('revised', 'orders', 'customer: event.customer', 'tumbling: 5m', 'emit: changes'),
  'revised results, shared key': revised(
    'revised-shared',
    '[orders, carts]',
    'kind: event.kind',
    'hopping: 6m\n      every: 3m',
    'having: spent < 20\n    emit: threshold',
  ),
  'revised results of sessions': revised(
    'revised-sessions',
    'orders',
    'customer: event.customer',
    'session: 3m\n      max: 20m',
    'emit: changes',
  ),
};
