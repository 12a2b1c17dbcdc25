/** The compiled pipeline of the deployment, which the bundler puts in place of this name. */
declare module 'weir:plan' {
  import type { Plan } from '../engine/plan/plan.ts';
  import type { Program } from '../engine/plan/program.ts';

  export const plan: Plan;
  export const program: Program;
}
