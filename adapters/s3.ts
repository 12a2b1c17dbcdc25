/** S3: keeping lines of text. To be imported when there is something to keep; most invocations have nothing. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
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
