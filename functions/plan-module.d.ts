/** What the bundler puts in place of these names: the compiled pipeline of the deployment, and modules of their own. */
/* eslint-disable @typescript-eslint/consistent-type-imports -- an ambient module cannot import by a relative path */
declare module 'weir:plan' {
  export const plan: import('../engine/plan/plan.ts').Plan;
  export const program: import('../engine/plan/program.ts').Program;
}

declare module 'weir:s3' {
  export const s3Client: typeof import('../adapters/s3.ts').s3Client;
  export const putLines: typeof import('../adapters/s3.ts').putLines;
}

declare module 'weir:kinesis' {
  export const kinesisClient: typeof import('../adapters/kinesis.ts').kinesisClient;
  export const offerRecords: typeof import('../adapters/kinesis.ts').offerRecords;
}
