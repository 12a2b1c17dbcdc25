/** SNS: publishing messages to a topic, to people by email as text and to programs as JSON. */
import { PublishBatchCommand, type PublishBatchRequestEntry, SNSClient } from '@aws-sdk/client-sns';
import { cacheMiddleware, lean, maxAttempts, timeouts } from './client-options.ts';
import { inParallel } from './patience.ts';

const messagesPerCall = 10;
const bytesPerCall = 256 * 1024;
const callsInFlight = 4;

export interface Message {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function snsClient(): SNSClient {
  return lean(new SNSClient({ cacheMiddleware, maxAttempts, requestHandler: timeouts }));
}

/** Answers the ids of the messages that failed; `problem` is told why. */
export async function publish(
  client: SNSClient,
  topicArn: string,
  messages: readonly Message[],
  problem: (reason: string) => void,
): Promise<Set<string>> {
  const failed = new Set<string>();
  await inParallel(calls(messages), callsInFlight, async (call) => {
    const entries = call.map(({ entry }, index) => ({ ...entry, Id: String(index) }));
    try {
      const answer = await client.send(
        new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries }),
      );
      for (const { Id, Code, Message } of answer.Failed ?? []) {
        const id = call[Number(Id)]?.id ?? '';
        failed.add(id);
        problem(`message ${id} was not published: ${Code ?? ''} ${Message ?? ''}`);
      }
    } catch (error) {
      for (const { id } of call) failed.add(id);
      problem(`${call.length} messages were not published: ${String(error)}`);
    }
  });
  return failed;
}

interface Sized {
  readonly id: string;
  readonly entry: Omit<PublishBatchRequestEntry, 'Id'>;
}

/** The messages cut into calls within the limits of SNS. */
function calls(messages: readonly Message[]): Sized[][] {
  const result: Sized[][] = [];
  let bytes = 0;
  for (const { id, subject, text, json, attributes } of messages) {
    const body = JSON.stringify({ default: json, email: text });
    const pairs = Object.entries(attributes);
    const sized: Sized = {
      id,
      entry: {
        Subject: subject,
        Message: body,
        MessageStructure: 'json',
        MessageAttributes: Object.fromEntries(
          pairs.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
      },
    };
    const attributeBytes = pairs.reduce((sum, pair) => sum + Buffer.byteLength(pair.join('String')), 0);
    const size = Buffer.byteLength(body) + Buffer.byteLength(subject) + attributeBytes;
    const last = result.at(-1);
    if (last === undefined || last.length === messagesPerCall || bytes + size > bytesPerCall) {
      result.push([sized]);
      bytes = size;
    } else {
      last.push(sized);
      bytes += size;
    }
  }
  return result;
}
