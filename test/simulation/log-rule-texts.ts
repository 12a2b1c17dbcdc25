/** The texts of rules whose windows are found on a key's log, by their forms. */

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

export const logRuleTexts: Readonly<Record<string, string>> = {
  'distinct, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    distinct:
      within: 4m${alert.replace("'x'", "'{{ event.total }}'")}`,
  'distinct, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    distinct:
      within: 2m${alert}`,
  'distinct, shared key, last': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    distinct:
      within: 3m
      keep: last${alert}`,
  'before, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      before: 10m
    aggregate:
      n: count()
      most: max(event.total)
    having: n >= 1 && event.total > most${alert}`,
  'before, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      before: 5m
    aggregate:
      n: count()
    having: n < 2 && event.total > 3
    alert:
      severity: low
      title: '{{ event.total }}'
      evidence: 3`,
  'before, owned key, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      before: 5m
    aggregate:
      n: count()
    having: n == 0
    emit: final${alert}`,
  'before, cooldown, shared key': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      before: 5m
    aggregate:
      n: count()
    having: n >= 1 && event.total > 3${alert}
      cooldown: 2m`,
  'last, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      last: 3
      within: 10m
    aggregate:
      n: count()
      spent: sum(event.total)
      newest: last(event.total)
    having: n >= 3 && spent < 15
    emit: changes${alert}`,
  'last, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      last: 3
      within: 5m
    aggregate:
      n: count()
      most: max(event.total)
    having: n >= 2 && most > 6
    emit: threshold${alert}
      cooldown: 1m`,
  'session, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      session: 3m
      max: 8m
    aggregate:
      n: count()
      newest: last(event.total)
    having: n >= 2${alert}`,
  'session, owned key, cut along the grid': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      session: 2m
      max: 2m
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n == 1 || n == 3
    emit: changes${alert}
      cooldown: 1m`,
  'session, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      session: 1m
      max: 5m
    aggregate:
      n: count()
    having: n % 2 == 1
    emit: changes${alert}`,
  'session, shared key, final': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      session: 1m
      max: 5m
    aggregate:
      n: count()
      newest: last(event.total)
    emit: final${alert}`,
  'session, owned key, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      session: 3m
      max: 6m
    aggregate:
      n: count()
    having: n >= 2
    emit: final${alert}
      cooldown: 2m`,
  'until, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      until: event.at + 60000 * (event.total + 1)
      max: 6m
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n >= 2 && spent < 12
    emit: changes${alert}`,
  'until, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      until: event.at + 60000 * (event.total + 1)
      max: 3m
    aggregate:
      n: count()
    having: n >= 3${alert}`,
  'until, shared key, final': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      until: event.at + 60000 * (event.total + 1)
      max: 4m
    aggregate:
      n: count()
    emit: final${alert}`,
};
