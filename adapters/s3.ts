/** S3: keeping lines of text, and reading them again. To be imported when there is something to keep; most invocations have nothing. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { maxAttempts, timeouts } from './client-options.ts';

export function s3Client(): S3Client {
  // With the bucket in the path it works against endpoints without a name for every bucket.
  return new S3Client({ maxAttempts, requestHandler: timeouts, forcePathStyle: true });
}

/** Writes an object of newline-delimited JSON. The same key with the same lines may be written again. */
export async function putLines(client: S3Client, bucket: string, key: string, lines: readonly string[]): Promise<void> {
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: `${lines.join('\n')}\n`,
      ContentType: 'application/x-ndjson',
    }),
  );
}

/** The keys of a prefix, in the order of their names. */
export async function listKeys(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let next: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(next !== undefined && { ContinuationToken: next }),
      }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (next !== undefined);
  return keys;
}

/** The lines of an object, empty ones left out; undefined where it is gone. */
export async function getLines(client: S3Client, bucket: string, key: string): Promise<string[] | undefined> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await answer.Body?.transformToString('utf8')) ?? '';
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function removeObject(client: S3Client, bucket: string, key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}
