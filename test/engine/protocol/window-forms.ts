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

export const windowForms: Readonly<Record<string, readonly string[]>> = {
  'tumbling windows': every('\n      tumbling: 10m\n      offset: 3m'),
  'hopping windows': every('\n      hopping: 10m\n      every: 4m'),
  'sliding windows': every('\n      sliding: 10m'),
  'calendar hours': every('\n      calendar: hour'),
  'calendar days': [...every('\n      calendar: day'), rule('\n      calendar: day', 'global', '\n    emit: changes')],
  'calendar weeks': every('\n      calendar: week'),
  'calendar months': every('\n      calendar: month'),
  'results so far of a day': every('\n      calendar: day\n      every: 10m'),
  'windows before events': every('\n      before: 10m'),
  'windows of the last events': every('\n      last: 3\n      within: 10m'),
  sessions: every('\n      session: 4m\n      max: 10m'),
  'windows until a time': every('\n      until: event.at + 60000 * (event.total + 1)\n      max: 8m'),
};
