/** In which order rules are told of time. */
import type { Plan } from '../plan/plan.ts';

/** The positions of the rules, each after those whose results it reads; those are no circle. */
export function ruleOrder({ rules, streams }: Plan): readonly number[] {
  const makers = new Map(streams.map(({ name, resultsOf = [] }) => [name, resultsOf]));
  const ordered = new Set<number>();
  const place = (index: number): void => {
    if (ordered.has(index)) return;
    for (const source of rules[index]?.sources ?? []) makers.get(source)?.forEach(place);
    ordered.add(index);
  };
  rules.forEach((_, index) => {
    place(index);
  });
  return [...ordered];
}
