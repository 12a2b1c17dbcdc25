/** The texts of rules with a sequence, by their forms. */

function rule(from: string, key: string, steps: readonly string[], more: string): string {
  return `  often:
    from: ${from}
    groupBy:
      ${key}: event.${key}
    sequence:
${steps.map((step) => `      - ${step}`).join('\n')}
${more}
    alert:
      severity: low
      title: 'x'
      evidence: 3`;
}

const owned = (steps: readonly string[], more: string): string => rule('orders', 'customer', steps, more);
const shared = (steps: readonly string[], more: string): string => rule('[orders, carts]', 'kind', steps, more);

export const sequenceRuleTexts: Readonly<Record<string, string>> = {
  'sequence, owned key': owned(
    ['more: { where: event.total > 3 }', 'less: { where: event.total < more.total }'],
    '    within: 10m',
  ),
  'sequence, shared key': shared(
    ['more: { where: event.total > 3 }', 'less: { where: event.total < more.total }', 'last: {}'],
    '    within: 6m\n    after: next-event',
  ),
  'sequence, owned key, several events of a step': owned(
    ['more: { where: event.total > 2, times: 2.. }', 'less: { where: event.total < 3 }'],
    '    within: 8m',
  ),
  'sequence, shared key, strict': shared(
    ['more: { where: event.total > 4 }', 'less: { where: event.total < more.total }'],
    '    within: 10m\n    match: strict',
  ),
  'sequence, shared key, in any order': shared(
    [
      'all: [{ cart: { from: carts, where: event.total > 2 } }, { order: { from: orders } }]',
      'last: { where: event.total > cart.total }',
    ],
    '    within: 5m',
  ),
  'sequence, owned key, absence': owned(
    ['more: { where: event.total > 5 }', 'not: { where: event.total < more.total }'],
    '    within: 5m',
  ),
  'sequence, shared key, absence': shared(
    ['more: { where: event.total > 3 }', 'not: { where: event.total < 2, for: 3m }'],
    '    within: 6m\n    after: next-event',
  ),
  'sequence, shared key, absence between': shared(
    ['more: { where: event.total > 3 }', 'not: { where: event.total < 2 }', 'last: { from: carts }'],
    '    within: 6m',
  ),
  'sequence, owned key, absence, cooldown': `${owned(
    ['more: { where: event.total > 4 }', 'not: { where: event.total < more.total, for: 2m }'],
    '    within: 5m\n    after: next-event',
  )}
      cooldown: 3m`,
  'sequence, shared key, absence between, cooldown': `${shared(
    ['more: { where: event.total > 3 }', 'not: { where: event.total < 2 }', 'last: { from: carts }'],
    '    within: 6m',
  )}
      cooldown: 4m`,
  'sequence, owned key, absence before': owned(
    [
      'not: { where: event.total < more.total, for: 2m }',
      'more: { where: event.total > 2 }',
      'less: { where: event.total < more.total }',
    ],
    '    within: 6m',
  ),
  'sequence, shared key, absence before and after': shared(
    [
      'not: { from: carts, where: event.total > 6 }',
      'more: { where: event.total > 3 }',
      'not: { where: event.total < 2 }',
    ],
    '    within: 4m\n    after: next-event',
  ),
  'sequence, owned key, absence or an event': owned(
    [
      'more: { where: event.total > 2, times: 1..3 }',
      'any: [{ not: { where: event.total < 3, for: 2m } }, { last: { where: event.total > 7 } }]',
    ],
    '    within: 8m',
  ),
};
