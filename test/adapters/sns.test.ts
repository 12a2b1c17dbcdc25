import {
  CreateTopicCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message as Received,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Message, publish } from '../../adapters/sns.ts';
import { fauxqsUnderTest } from '../local/fauxqs-under-test.ts';

const services = fauxqsUnderTest();
let sns: SNSClient;
let sqs: SQSClient;
let topic: string;
let queue: string;
let subscription: string;
let topics = 0;
let problems: string[];

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  subject: `subject ${id}`,
  text: 'for people',
  json: JSON.stringify({ alertId: id }),
  attributes: { rule: 'r', severity: 'high' },
  ...more,
});
const send = (messages: readonly Message[]) => publish(sns, topic, messages, (reason) => problems.push(reason));

async function received(): Promise<Received[]> {
  const messages: Received[] = [];
  for (;;) {
    const page = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (page.Messages === undefined || page.Messages.length === 0) return messages;
    messages.push(...page.Messages);
  }
}

beforeEach(async () => {
  problems = [];
  topics += 1;
  sns = new SNSClient(services());
  sqs = new SQSClient(services());
  topic = (await sns.send(new CreateTopicCommand({ Name: `topic-${topics}` }))).TopicArn!;
  queue = (await sqs.send(new CreateQueueCommand({ QueueName: `queue-${topics}` }))).QueueUrl!;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['QueueArn'] }),
  );
  const subscribed = await sns.send(
    new SubscribeCommand({
      TopicArn: topic,
      Protocol: 'sqs',
      Endpoint: Attributes!['QueueArn'],
      ReturnSubscriptionArn: true,
    }),
  );
  subscription = subscribed.SubscriptionArn!;
});
afterEach(() => {
  sns.destroy();
  sqs.destroy();
});

test('a subscriber gets JSON, subject and attributes of every message', async () => {
  expect(await send([message('a'), message('b')])).toEqual(new Set());
  const bodies = (await received()).map((each) => JSON.parse(each.Body!) as Record<string, unknown>);
  expect(bodies).toHaveLength(2);
  expect(bodies[0]).toMatchObject({
    Type: 'Notification',
    TopicArn: topic,
    Subject: 'subject a',
    Message: '{"alertId":"a"}',
    MessageAttributes: { rule: { Type: 'String', Value: 'r' }, severity: { Type: 'String', Value: 'high' } },
  });
});

test('raw delivery carries the JSON alone, with the attributes beside it', async () => {
  const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true', SubscriptionArn: subscription };
  await sns.send(new SetSubscriptionAttributesCommand(raw));
  await send([message('a')]);
  const [only] = await received();
  expect(only?.Body).toBe('{"alertId":"a"}');
  expect(only?.MessageAttributes?.['rule']).toMatchObject({ StringValue: 'r' });
});

test('a filter policy on attributes chooses messages', async () => {
  const policy = {
    AttributeName: 'FilterPolicy',
    AttributeValue: '{"severity":["high"]}',
    SubscriptionArn: subscription,
  };
  await sns.send(new SetSubscriptionAttributesCommand(policy));
  await send([message('a', { attributes: { severity: 'low' } }), message('b')]);
  expect((await received()).map((each) => (JSON.parse(each.Body!) as { Message: string }).Message)).toEqual([
    '{"alertId":"b"}',
  ]);
});

test('more messages than a call takes, and larger ones, are cut into several', async () => {
  const messages = Array.from({ length: 25 }, (_, index) => message(`m${index}`, { text: 'x'.repeat(index * 4_000) }));
  expect(await send(messages)).toEqual(new Set());
  expect(await received()).toHaveLength(25);
});

test('a message that SNS refuses does not keep the others back', async () => {
  const large = message('large', { text: 'x'.repeat(300_000) });
  expect(await send([message('a'), large, message('b')])).toEqual(new Set(['large']));
  expect(problems).toHaveLength(1);
  expect(await received()).toHaveLength(2);
});

test('all have failed where the topic does not exist, and it says why', async () => {
  topic = `${topic}-absent`;
  expect(await send([message('a'), message('b')])).toEqual(new Set(['a', 'b']));
  expect(problems.join()).toMatch(/NotFound/);
});

test('a queue gets its own part of a message that has one', async () => {
  const Message = JSON.stringify({ default: 'for all', sqs: 'for queues' });
  await sns.send(new PublishCommand({ TopicArn: topic, Message, MessageStructure: 'json' }));
  expect((await received()).map((each) => (JSON.parse(each.Body!) as { Message: string }).Message)).toEqual([
    'for queues',
  ]);
});

test.each(['no JSON', '{"email":"no default"}'])('rejects the structured message %s', async (Message) => {
  await expect(
    sns.send(new PublishCommand({ TopicArn: topic, Message, MessageStructure: 'json' })),
  ).rejects.toMatchObject({ name: expect.stringMatching(/^InvalidParameter/) as unknown });
});
