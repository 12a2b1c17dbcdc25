/** What the histories that were played had in them, and whether that was enough to mean something. */
import type { Outcome } from './play.ts';
import { allForms as forms, sharedForms } from './rule-forms.ts';

const features = [
  'resharded while events came',
  'overlapping invocations of a shard',
  'a crash at a call',
  'a timeout',
  'a lagging or silent stream',
  'a mapping that began anew',
  'events sent again',
  'malformed events',
  'events beyond the bounds',
  'keys with one writer',
  'keys with many writers',
  'batches given up',
  'letters put back',
] as const;
type Feature = (typeof features)[number];

const fewest = 200;

/** Of a hundred histories, so many must have it. */
const minima: Partial<Record<Feature, number>> = {
  'resharded while events came': 30,
  'overlapping invocations of a shard': 30,
  'a crash at a call': 50,
  'a lagging or silent stream': 20,
  'letters put back': 15,
};

export function featuresOf({ history, counts, givenUp, redriven }: Outcome): string[] {
  const half = history.events.slice(history.events.length / 2);
  const had: Record<Feature, boolean> = {
    'resharded while events came': counts.reshards > 0,
    'overlapping invocations of a shard': counts.overlaps > 0,
    'a crash at a call': counts.crashes > 0,
    'a timeout': counts.timeouts > 0,
    'a lagging or silent stream': counts.outages > 0 || half.every(({ stream }) => stream === 'orders'),
    'a mapping that began anew': history.restarts.length > 0,
    'events sent again': new Set(history.events.map(({ id }) => id)).size < history.events.length,
    'malformed events': history.events.some(({ malformed }) => malformed !== undefined),
    'events beyond the bounds': history.beyondBounds,
    'keys with one writer': history.forms.some((form) => !sharedForms.has(form)),
    'keys with many writers': history.forms.some((form) => sharedForms.has(form)),
    'batches given up': givenUp.size > 0,
    'letters put back': [...redriven.values()].some((rules) => rules.size > 0),
  };
  return [...features.filter((feature) => had[feature]), ...history.forms];
}

export class Coverage {
  histories = 0;
  readonly #counts = new Map<string, number>();

  add(had: readonly string[]): void {
    this.histories++;
    for (const one of had) this.#counts.set(one, (this.#counts.get(one) ?? 0) + 1);
  }

  /** Of a hundred histories, how many had it. */
  share(name: string): number {
    return (100 * (this.#counts.get(name) ?? 0)) / Math.max(1, this.histories);
  }

  get lines(): string[] {
    return [...features, ...forms].map((name) => `${this.share(name).toFixed(1).padStart(6)} %  ${name}`);
  }

  /** What too few histories had; a handful of them says nothing. */
  get gaps(): string[] {
    if (this.histories < fewest) return [];
    return [
      ...features.filter((name) => this.share(name) < (minima[name] ?? 0)),
      ...forms.filter((name) => this.share(name) === 0),
    ];
  }
}
