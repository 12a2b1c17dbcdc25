/** A queue of this process's own, subscribed to the alert topic: alerts come here as they come to any subscriber. */
import { account, callJson, callSns, region } from './aws-call.ts';

const queueName = 'weir-terminal';
const waitSeconds = 1;
const retryDelay = 500;

interface ReceivedMessage {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

export class AlertQueue {
  private readonly endpoint: string;
  private readonly onMessage: (body: string) => void;
  private readonly onProblem: (message: string) => void;
  private url = '';
  private stopping: AbortController | undefined;
  private loop: Promise<void> = Promise.resolve();
  /** Called after each question that found the queue empty, with the time at which it was asked. */
  private readonly emptied = new Set<(askedAt: number) => void>();

  constructor(endpoint: string, onMessage: (body: string) => void, onProblem: (message: string) => void) {
    this.endpoint = endpoint;
    this.onMessage = onMessage;
    this.onProblem = onProblem;
  }

  async subscribe(topicArn: string): Promise<void> {
    const answer = (await this.call('CreateQueue', { QueueName: queueName })) as { readonly QueueUrl: string };
    this.url = answer.QueueUrl;
    await callSns(this.endpoint, {
      Action: 'Subscribe',
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:${region}:${account}:${queueName}`,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': 'true',
    });
    this.stopping = new AbortController();
    this.loop = this.receiveAll(this.stopping.signal);
  }

  /** Resolves when all that was published before the call has been received. */
  waitUntilEmpty(): Promise<void> {
    const now = performance.now();
    return new Promise((resolve) => {
      const seen = (askedAt: number): void => {
        if (askedAt < now) return;
        this.emptied.delete(seen);
        resolve();
      };
      this.emptied.add(seen);
    });
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.loop;
  }

  private call(operation: string, body: object): Promise<unknown> {
    return callJson(this.endpoint, 'AmazonSQS', operation, body, this.stopping?.signal);
  }

  private async receiveAll(signal: AbortSignal): Promise<void> {
    for (;;) {
      const askedAt = performance.now();
      try {
        // Whoever asks whether the queue is empty need not wait for what may come.
        const wait = this.emptied.size > 0 ? 0 : waitSeconds;
        const body = { QueueUrl: this.url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait };
        const answer = (await this.call('ReceiveMessage', body)) as { readonly Messages?: readonly ReceivedMessage[] };
        const messages = answer.Messages ?? [];
        for (const message of messages) this.onMessage(message.Body);
        if (messages.length === 0) {
          for (const seen of [...this.emptied]) seen(askedAt);
        } else {
          const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
          await this.call('DeleteMessageBatch', { QueueUrl: this.url, Entries: entries });
        }
      } catch (error) {
        if (signal.aborted) return;
        this.onProblem(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, retryDelay));
      }
    }
  }
}
