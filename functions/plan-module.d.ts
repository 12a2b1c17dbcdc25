/** The compiled pipeline of the deployment, which the bundler puts in place of this name. */
/* eslint-disable @typescript-eslint/consistent-type-imports -- an ambient module cannot import by a relative path */
declare module 'weir:plan' {
  export const plan: import('../engine/plan/plan.ts').Plan;
  export const program: import('../engine/plan/program.ts').Program;
}
