/** SNS, SQS and S3 within the test's own process, as the emulator process serves them. */
import type { AddressInfo } from 'node:net';
import { makeFauxqs } from '../../local/fauxqs.ts';
import { credentials } from './listening.ts';

/** To be called once in a file; answers what clients are made with, once the tests run. */
export function fauxqsUnderTest(): () => { endpoint: string; region: string; credentials: typeof credentials } {
  const app = makeFauxqs();
  let endpoint = '';
  beforeAll(async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());
  return () => ({ endpoint, region: 'us-east-1', credentials });
}
