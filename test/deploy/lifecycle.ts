/** A deployed pipeline from its first event to its deletion: what a user does, and what must be seen. */
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { DeleteBucketCommand, DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Alert, AlertInbox } from './alert-inbox.ts';
import type { Outputs } from './cdk.ts';

/** How long an event may take to become an alert, in seconds; a machine may be busy. */
const patience = 300;

export class Lifecycle {
  readonly #kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
  readonly #s3 = new S3Client({ forcePathStyle: true });
  readonly #stream: string;
  readonly #bucket: string;
  readonly #inbox: AlertInbox;
  /** Of this run: what an earlier one has left behind is not mistaken for its own. */
  readonly #run = Date.now().toString(36);
  #sent = 0;

  private constructor(stream: string, bucket: string, inbox: AlertInbox) {
    this.#stream = stream;
    this.#bucket = bucket;
    this.#inbox = inbox;
  }

  static async begin(outputs: Outputs): Promise<Lifecycle> {
    const inbox = await AlertInbox.subscribe('weir-deploy-test', output(outputs, 'AlertTopicArn'));
    return new Lifecycle(output(outputs, 'ordersStreamName'), output(outputs, 'DeadLetterBucketName'), inbox);
  }

  /** A new mapping may take minutes to read what comes: says hello until it is heard. */
  async untilRead(customer: string): Promise<void> {
    const until = Date.now() + patience * 1000;
    const title = `hello ${customer}-${this.#run}`;
    while (Date.now() < until) {
      await this.#put('hello', customer);
      if ((await this.#inbox.find((alert) => alert.title === title, 10)) !== undefined) return;
    }
    throw new Error(`nothing that was put into ${this.#stream} became an alert within ${patience} s`);
  }

  /** Answers the event's id. */
  order(customer: string): Promise<string> {
    return this.#put('order', customer);
  }

  /** The alert that says so many orders of the customer, with just these events. */
  async expectOrders(customer: string, events: readonly string[]): Promise<void> {
    const title = `${customer}-${this.#run} placed ${events.length} orders`;
    const alert = await this.#inbox.find((each) => each.title === title, patience);
    if (alert === undefined)
      throw new Error(`no alert "${title}" came within ${patience} s; there are ${this.#titles()}`);
    const shown = alert.events.map(({ id }) => id).sort();
    if (alert.status !== 'opened' || shown.join() !== [...events].sort().join()) {
      throw new Error(`the alert "${title}" is ${alert.status} with the events ${shown.join(', ')}`);
    }
    const again = this.#inbox.alerts.filter((each) => each.title === title).length;
    if (again > 1) throw new Error(`the alert "${title}" came ${again} times`);
  }

  /** What is no event goes to the dead letters and holds nothing up. */
  async expectDeadLetter(customer: string): Promise<void> {
    await this.#kinesis.send(
      new PutRecordCommand({
        StreamName: this.#stream,
        PartitionKey: `${customer}-${this.#run}`,
        Data: Buffer.from('no event'),
      }),
    );
    const until = Date.now() + patience * 1000;
    while (Date.now() < until) {
      const { Contents = [] } = await this.#s3.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: 'invalid/' }),
      );
      if (Contents.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    throw new Error(`nothing came into s3://${this.#bucket}/invalid/ within ${patience} s`);
  }

  /** Removes what no stack takes with it. */
  async end(): Promise<void> {
    await this.#inbox.delete();
    for (;;) {
      const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.#bucket }));
      if (Contents.length === 0) break;
      const Objects = Contents.map(({ Key }) => ({ Key: Key ?? '' }));
      await this.#s3.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects } }));
    }
    await this.#s3.send(new DeleteBucketCommand({ Bucket: this.#bucket }));
  }

  async #put(type: string, customer: string): Promise<string> {
    const id = `${this.#run}-${++this.#sent}`;
    const name = `${customer}-${this.#run}`;
    const event = { id, type, customer: name, at: new Date().toISOString() };
    await this.#kinesis.send(
      new PutRecordCommand({ StreamName: this.#stream, PartitionKey: name, Data: Buffer.from(JSON.stringify(event)) }),
    );
    return id;
  }

  #titles(): string {
    return this.#inbox.alerts.map(({ title, status }: Alert) => `"${title}" (${status})`).join(', ') || 'none';
  }
}

function output(outputs: Outputs, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`the stack has no output ${name}: ${Object.keys(outputs).join(', ')}`);
  return value;
}
