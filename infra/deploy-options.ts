/** What the user chooses at deployment: the CDK's context, `-c name=value`. */
import { isEmailAddress } from './email-address.ts';

export interface DeployOptions {
  /** Path of the pipeline file. */
  readonly pipeline: string;
  /** Values in place of the file's own. */
  readonly params: Readonly<Record<string, string>>;
  readonly alertEmail?: string;
  /** Where alarms about the pipeline itself go. */
  readonly alarmEmail?: string;
  readonly retain: boolean;
}

const names = ['pipeline', 'alertEmail', 'alarmEmail', 'retain'];

/** Reads the context; the CDK's own entries have a character in their names that ours never have. */
export function readDeployOptions(
  context: Readonly<Record<string, unknown>>,
): DeployOptions | { readonly refused: string } {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(context)) {
    if (name.startsWith('param.')) params[name.slice('param.'.length)] = String(value);
    else if (/^[A-Za-z]+$/.test(name) && !names.includes(name)) {
      return { refused: `there is no -c ${name}, there are ${names.join(', ')} and param.NAME` };
    }
  }
  const text = (name: string): string | undefined => {
    const value = context[name];
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  };
  const retain = text('retain') ?? 'true';
  if (retain !== 'true' && retain !== 'false') return { refused: `-c retain=${retain} must be true or false` };
  const emails: { alertEmail?: string; alarmEmail?: string } = {};
  for (const name of ['alertEmail', 'alarmEmail'] as const) {
    const email = text(name);
    if (email === undefined) continue;
    if (!isEmailAddress(email)) {
      return { refused: `-c ${name}=${email} must be an address such as team@example.com` };
    }
    emails[name] = email;
  }
  return {
    pipeline: text('pipeline') ?? 'pipelines/retail/pipeline.yaml',
    params,
    retain: retain === 'true',
    ...emails,
  };
}
