/** What `weir replay` found, by prefix, stream, rule and reason, and what came of it. */
import { readerText } from '../engine/intake/faults.ts';
import type { LetterOutcome, RedriveReport } from '../engine/protocol/redrive.ts';
import type { Letter } from './letter-objects.ts';

interface Found {
  readonly prefix: string;
  readonly stream: string;
  readonly rule?: string;
  readonly reason: string;
  letters: number;
  /** Letters that count now, and did not before. */
  putBack: number;
  /** Letters that counted before. */
  alreadyThere: number;
  /** Letters that no rule wants: none of its events match. */
  unwanted: number;
  readonly refused: Map<string, number>;
}

/** Reasons beyond this many are counted together. */
const mostReasons = 100;

export class ReplayReport {
  readonly #bucket: string;
  readonly #dryRun: boolean;
  /** Batches that Lambda gave up. */
  readonly #givenUp: number;
  readonly #found = new Map<string, Found>();
  readonly #told = { opened: 0, amended: 0, withdrawn: 0 };

  constructor(bucket: string, dryRun: boolean, givenUp: number) {
    this.#bucket = bucket;
    this.#dryRun = dryRun;
    this.#givenUp = givenUp;
  }

  told({ opened, amended, withdrawn }: RedriveReport['told']): void {
    this.#told.opened += opened;
    this.#told.amended += amended;
    this.#told.withdrawn += withdrawn;
  }

  add({ object, read: { stream, rule, reason } }: Letter, outcome: LetterOutcome): void {
    const found = this.#of(object.key.replace(/\/.*$/s, '/'), stream, rule, withoutTimes(reason));
    found.letters++;
    if (outcome.putBack.length > 0) found.putBack++;
    else if (outcome.refused.length > 0) {
      for (const refusal of outcome.refused) {
        const why = `${refusal.rule === undefined || refusal.rule === rule ? '' : `${readerText(refusal.rule)}: `}${withoutTimes(refusal.reason)}`;
        found.refused.set(why, (found.refused.get(why) ?? 0) + 1);
      }
    } else if (outcome.alreadyThere.length > 0) found.alreadyThere++;
    else found.unwanted++;
  }

  #of(prefix: string, stream: string, rule: string | undefined, given: string): Found {
    const nameOf = (reason: string): string => JSON.stringify([prefix, stream, rule, reason]);
    const reason = this.#found.size < mostReasons || this.#found.has(nameOf(given)) ? given : 'other reasons';
    const known = this.#found.get(nameOf(reason));
    if (known !== undefined) return known;
    const counts = { letters: 0, putBack: 0, alreadyThere: 0, unwanted: 0, refused: new Map<string, number>() };
    const found: Found = { prefix, stream, ...(rule !== undefined && { rule }), reason, ...counts };
    this.#found.set(nameOf(reason), found);
    return found;
  }

  progress(): string {
    return `${this.#sum('letters').toLocaleString('en')} letters, ${this.#sum('putBack').toLocaleString('en')} put back`;
  }

  #sum(what: 'letters' | 'putBack' | 'alreadyThere' | 'unwanted'): number {
    return [...this.#found.values()].reduce((sum, found) => sum + found[what], 0);
  }

  json(): object {
    return {
      bucket: this.#bucket,
      dryRun: this.#dryRun,
      found: [...this.#found.values()].map((found) => ({ ...found, refused: Object.fromEntries(found.refused) })),
      alerts: this.#told,
      givenUp: this.#givenUp,
    };
  }

  text(): string {
    const verb = this.#dryRun ? 'would be put back' : 'put back';
    const lines = [...this.#found.values()].flatMap((found) => [
      `${found.prefix}  ${found.stream}${found.rule === undefined ? '' : `, ${readerText(found.rule)}`}: ${found.reason}`,
      `    ${counted(found.letters, 'letter')}: ${[
        `${found.putBack} ${verb}`,
        ...(found.alreadyThere > 0 ? [`${found.alreadyThere} already there`] : []),
        ...(found.unwanted > 0 ? [`${found.unwanted} that no rule matches`] : []),
      ].join(', ')}`,
      ...[...found.refused].map(([reason, count]) => `    ${count} still refused: ${reason}`),
    ]);
    if (lines.length === 0) lines.push(`No dead letters to put back in s3://${this.#bucket}.`);
    else {
      const { opened, amended, withdrawn } = this.#told;
      lines.push('', `${this.progress().replace('put back', verb)}.`);
      if (!this.#dryRun) lines.push(`Alerts: ${opened} opened, ${amended} amended, ${withdrawn} withdrawn.`);
      if ([...this.#found.values()].some(({ refused }) => [...refused.keys()].some((why) => why.includes('forgotten'))))
        lines.push('What is late stays late; --late counts it after all, where its windows can still be worked out.');
    }
    if (this.#givenUp > 0)
      lines.push(
        `${counted(this.#givenUp, 'object')} under s3://${this.#bucket}/aws/lambda/ hold whole batches that Lambda gave up: they are not put back.`,
      );
    return `${lines.join('\n')}\n`;
  }
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;
}

/** So that reasons that differ in an instant alone are counted together. */
function withoutTimes(reason: string): string {
  return reason.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…');
}
