/** The texts of rules with a join, by their forms. */

function rule(on: string, parts: string, more = '', right = 'carts'): string {
  return `  often:
    join:
      left: { from: orders, as: more, where: event.total > 2 }
      right: { from: ${right}, as: less, where: event.total < 9 }
      on: { left: event.${on}, right: event.${on} }
      ${parts}
    select:
      more: more.total
      less: less.total${more}
    alert:
      severity: low
      title: 'x'
      evidence: 2`;
}

export const joinRuleTexts: Readonly<Record<string, string>> = {
  // Of two streams each has writers of its own; only of one can a key have an owner.
  'join of a stream with itself, owned key': rule('customer', 'within: 3m', '', 'orders'),
  'join, shared key': rule('kind', 'within: { before: 1m, after: 4m }', '\n    having: more.total != less.total'),
  'join, key of each stream, left': rule('customer', 'within: 4m\n      type: left'),
  'join, shared key, full': rule('kind', 'within: { before: 2m, after: 1m }\n      type: full'),
};
