/** A queue that is subscribed to the topic of alerts, as anybody may subscribe one. */
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export interface Alert {
  readonly rule: string;
  readonly status: string;
  readonly title: string;
  readonly events: readonly { readonly id: string }[];
}

export class AlertInbox {
  readonly #sqs = new SQSClient();
  readonly #url: string;
  readonly alerts: Alert[] = [];

  private constructor(url: string) {
    this.#url = url;
  }

  static async subscribe(name: string, topicArn: string): Promise<AlertInbox> {
    const sqs = new SQSClient();
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const arn = Attributes?.['QueueArn'] ?? '';
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
      Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await new SNSClient().send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: arn,
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    return new AlertInbox(QueueUrl);
  }

  /** Receives until an alert comes that is wanted, or the time is over. */
  async find(wanted: (alert: Alert) => boolean, seconds: number): Promise<Alert | undefined> {
    const until = Date.now() + seconds * 1000;
    do {
      const found = this.alerts.find(wanted);
      if (found !== undefined) return found;
      await this.#receive();
    } while (Date.now() < until);
    return this.alerts.find(wanted);
  }

  async delete(): Promise<void> {
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: this.#url }));
  }

  async #receive(): Promise<void> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.#url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
    );
    if (Messages.length === 0) return;
    this.alerts.push(...Messages.map(({ Body = '{}' }) => JSON.parse(Body) as Alert));
    await this.#sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.#url,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}
