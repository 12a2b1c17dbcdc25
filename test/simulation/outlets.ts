/** SNS and S3 as the adapters' clients reach them: what was told, and what was kept. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import type { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Dice } from './dice.ts';
import type { Sandbox } from './sandbox.ts';

export interface Told {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  /** The message as programs get it. */
  readonly json: string;
}

export interface DeadLetter {
  /** `late` or `invalid`. */
  readonly prefix: string;
  readonly stream: string;
  readonly sequenceNumber: string;
  readonly rule?: string;
  readonly reason: string;
  /** Base64. */
  readonly data: string | null;
}

export class Outlets {
  readonly told: Told[] = [];
  /** The lines of each object, by its key. */
  readonly #objects = new Map<string, string>();
  readonly #dice: Dice;
  readonly #witness: (told: Told) => void;

  constructor(dice: Dice, witness: (told: Told) => void) {
    this.#dice = dice;
    this.#witness = witness;
  }

  topic(sandbox: Sandbox): SNSClient {
    const send = ({ input }: PublishBatchCommand): Promise<unknown> =>
      sandbox.call({
        operation: 'publish',
        perform: (some) => {
          const failed = [];
          for (const { Id, Message = '', MessageAttributes = {} } of input.PublishBatchRequestEntries ?? []) {
            if (some && this.#dice.oneIn(2)) {
              failed.push({ Id, Code: 'InternalError', SenderFault: false });
              continue;
            }
            const text = (name: string): string => MessageAttributes[name]?.StringValue ?? '';
            const told = {
              id: text('alertId'),
              revision: Number(text('revision')),
              status: text('status'),
              json: (JSON.parse(Message) as { readonly default: string }).default,
            };
            this.told.push(told);
            this.#witness(told);
          }
          return { Failed: failed };
        },
      });
    return { send } as unknown as SNSClient;
  }

  bucket(sandbox: Sandbox): S3Client {
    const send = ({ input }: PutObjectCommand): Promise<unknown> =>
      sandbox.call({
        operation: 'keep',
        perform: (some) => {
          if (some) throw Object.assign(new Error('simulated'), { name: 'SlowDown' });
          this.#objects.set(input.Key ?? '', typeof input.Body === 'string' ? input.Body : '');
          return {};
        },
      });
    return { send } as unknown as S3Client;
  }

  get deadLetters(): DeadLetter[] {
    return [...this.#objects].flatMap(([key, lines]) =>
      linesOf(lines).map((line) => ({
        ...(JSON.parse(line) as Omit<DeadLetter, 'prefix'>),
        prefix: key.slice(0, key.indexOf('/')),
      })),
    );
  }

  /** The dead letters as they lie in the bucket. */
  get lines(): string[] {
    return [...this.#objects.values()].flatMap(linesOf);
  }
}

function linesOf(object: string): string[] {
  return object.trimEnd().split('\n');
}
