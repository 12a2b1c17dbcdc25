/** Names as a list in a sentence: 'a', 'b' or 'c'. */
export function listed(names: Iterable<string>, last = 'or'): string {
  const quoted = [...names].map((name) => `'${name}'`);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}
