/** The texts of rules, by their forms, beside those of the protocol's tests. */

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

const aggregates = `
    aggregate:
      n: count()
      spent: sum(event.total)
      newest: last(event.total)
      kinds: countDistinct(event.kind)`;

/** Forms that differ from those of the protocol's tests in their aggregates, their groups, or in who is told. */
export const ruleTexts: Readonly<Record<string, string>> = {
  'tumbling, all aggregates': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      dear: 'count(event.total > 5)'
      least: min(event.total)
      most: max(event.total)
      mean: avg(event.total)
      first: first(event.total)
      some: 'collect(event.total, 3)'
      spread: stddev(event.total)
      sorts: 'values(event.kind, 2)'
      dearest: 'top(event.id, event.total, 2)'
      cheap: 'argmin(event.id, event.total)'
      peak: 'argmax(event.id, event.total, event.kind == "a")'
      middle: 'percentile(event.total, 50)'
      high: 'percentile(event.total, 90)'
      customers: countDistinct(event.customer)
    having: n >= 2${alert}`,
  'tumbling, all aggregates, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      tumbling: 6m
    aggregate:
      n: count()
      least: min(event.total)
      most: max(event.total)
      mean: avg(event.total)
      first: first(event.total)
      some: 'collect(event.total, 3)'
      spread: stddev(event.total)
      sorts: 'values(event.kind, 2)'
      dearest: 'top(event.id, event.total, 2)'
      cheap: 'argmin(event.id, event.total)'
      peak: 'argmax(event.id, event.total, event.kind == "a")'
      middle: 'percentile(event.total, 50)'
      high: 'percentile(event.total, 90)'
      customers: countDistinct(event.customer)
    having: most - least < 6.0
    emit: changes${alert}`,
  'tumbling, threshold, shared key': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      tumbling: 10m
    aggregate:
      n: count()
    having: n >= 3${alert}
      limit: 2 per 1h`,
  'sliding, global key': `  often:
    from: [orders, carts]
    window:
      sliding: 3m
    aggregate:
      n: count()
      most: max(event.total)
      middle: 'percentile(event.total, 50)'
      spread: stddev(event.total)
      dear: 'argmax(event.id, event.total)'
      sorts: 'values(event.kind, 2)'
    having: n >= 4${alert}
      cooldown: 1m`,
  'sliding, two groups, shadow': `  often:
    from: orders
    mode: shadow
    groupBy:
      customer: event.customer
      kind: event.kind
    window:
      sliding: 10m
    aggregate:
      n: count()
    having: n >= 2${alert}`,
  'stateless, two streams': `  big:
    from: [orders, carts]
    where: event.total > 7
    groupBy:
      customer: event.customer
    alert:
      severity: low
      title: '{{ event.total }}'
      limit: 3 per 30m`,
  'rule over a stream and what is derived of it': `  tidy:
    from: orders
    where: event.total > 3
    select:
      customer: event.customer
      total: event.total
      kind: event.kind
    into: tidied
  often:
    from: [orders, tidied]
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n >= 3${alert}`,
  'calendar day, owned key, final': `  daily:
    from: orders
    groupBy:
      customer: event.customer
    window:
      calendar: day
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n >= 2
    emit: final${alert}`,
  'hopping, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      hopping: 10m
      every: 4m${aggregates}
    having: n >= 3${alert}`,
  'hopping, owned key, wavering': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      hopping: 9m
      every: 3m${aggregates}
    having: n == 2 || n == 4
    emit: changes${alert}
      cooldown: 2m`,
  'hopping, owned key, no cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      hopping: 6m
      every: 2m${aggregates}
    having: n == 2 || n == 3
    emit: changes${alert}
      cooldown: 0s`,
  'hopping, shared key, no cooldown': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      hopping: 4m
      every: 4m${aggregates}
    having: n >= 3${alert}
      cooldown: 0s`,
  'hopping, owned key, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      hopping: 10m
      every: 5m${aggregates}
    having: n == 2 || n == 3
    emit: final${alert}`,
  'hopping, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      hopping: 8m
      every: 4m${aggregates}
    having: n >= 3${alert}`,
  'hopping, shared key, wavering': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      hopping: 6m
      every: 2m${aggregates}
    having: n == 2
    emit: changes${alert}
      cooldown: 3m`,
  'hopping, shared key, final': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      hopping: 6m
      every: 4m${aggregates}
    emit: final${alert}
      cooldown: 0s`,
  'hopping, two streams': `  often:
    from: [orders, carts]
    groupBy:
      customer: event.customer
    window:
      hopping: 10m
      every: 2m${aggregates}
    having: n >= 3${alert}
      cooldown: 1m`,
  'hours, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      calendar: hour
      timezone: Asia/Kathmandu${aggregates}
    having: n >= 2${alert}`,
  'weeks, shared key': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      calendar: week${aggregates}
    emit: changes${alert}`,
  'day so far, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      calendar: day
      every: 5m${aggregates}
    having: n % 3 == 2
    emit: changes${alert}`,
  'hour so far, owned key, cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      calendar: hour
      every: 3m${aggregates}
    having: n == 2 || n == 4 || n == 5
    emit: changes${alert}
      cooldown: 7m`,
  'hour so far, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      calendar: hour
      every: 7m${aggregates}
    having: n >= 3${alert}`,
  'day so far, global key, final': `  often:
    from: orders
    window:
      calendar: day
      every: 30m${aggregates}
    emit: final${alert}`,
  'hour so far, owned key, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      calendar: hour
      every: 9m${aggregates}
    having: n == 2 || n == 3 || n == 5
    emit: final${alert}`,
};
