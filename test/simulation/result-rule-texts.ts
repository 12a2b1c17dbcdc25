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
};
