/** The streams that records come from. */
import type { Compiled, StreamProgram } from '../plan/program.ts';

export interface Source {
  readonly name: string;
  /** True where its events are results of rules. */
  readonly isOfResults: boolean;
  readonly clockSkew: number;
  readonly program: StreamProgram;
}

/** By their names. */
export function sourcesOf({ plan, program: { streams } }: Compiled): ReadonlyMap<string, Source> {
  return new Map(
    plan.streams.flatMap(({ name, clockSkew, resultsOf }) => {
      const program = streams[name];
      return program === undefined ? [] : [[name, { name, isOfResults: resultsOf !== undefined, clockSkew, program }]];
    }),
  );
}
