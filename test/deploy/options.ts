/** What `npm run test:deploy` is told: an emulator, unless it is given an account. */
export interface Options {
  /** The number of a real account. */
  readonly account: string | undefined;
  readonly help: boolean;
}

export const usage = `npm run test:deploy [-- --account NUMBER]

Deploys with the real CDK, sends events, receives alerts, deploys a changed rule, and deletes everything. Against the
emulator at AWS_ENDPOINT_URL; where that is not set, against MiniStack, which it installs with Python 3 and starts.
--account NUMBER: against this AWS account, in the Region AWS_REGION, with the credentials of the environment. Costs money.
`;

/** Throws with the reason where the arguments are none of those. */
export function readOptions(args: readonly string[]): Options {
  if (args.includes('--help')) return { account: undefined, help: true };
  const [name, account, ...more] = args;
  if (name === undefined) return { account: undefined, help: false };
  if (name !== '--account' || more.length > 0) throw new Error(`unknown arguments: ${args.join(' ')}\n\n${usage}`);
  if (account === undefined || !/^\d{12}$/.test(account)) {
    throw new Error(`--account ${account ?? ''} must be followed by the 12 digits of an account\n\n${usage}`);
  }
  return { account, help: false };
}
