/** The texts of rules whose windows are found on a key's log, by their forms. */

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

export const logRuleTexts: Readonly<Record<string, string>> = {
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
};
