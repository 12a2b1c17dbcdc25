/** What runs in an emulator's own process: serves one emulator and ends when its parent does. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EpochMillis } from '../engine/time.ts';
import { DynamoDb } from './dynamodb/dynamodb.ts';
import { dynamodbService } from './dynamodb/dynamodb-service.ts';
import type { EmulatorName, EmulatorReport } from './emulator.ts';
import { Kinesis } from './kinesis/kinesis.ts';
import { kinesisService } from './kinesis/kinesis-service.ts';
import { createJsonServer } from './wire/json-service.ts';

const hour = 3_600_000;

function report(message: EmulatorReport): void {
  process.send?.(message);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function serve(name: EmulatorName, port: number): Promise<number> {
  switch (name) {
    case 'kinesis':
      return listen(createJsonServer(kinesisService(new Kinesis())), port);
    case 'dynamodb': {
      const dynamodb = new DynamoDb();
      setInterval(() => {
        dynamodb.expire(Date.now() as EpochMillis);
      }, hour).unref();
      return listen(createJsonServer(dynamodbService(dynamodb)), port);
    }
    case 'fauxqs': {
      // Loaded here alone: the other two processes do without it.
      const { makeFauxqs } = await import('./fauxqs.ts');
      const app = makeFauxqs();
      // The library's own start function would listen on every interface.
      await app.listen({ port, host: '127.0.0.1' });
      return (app.server.address() as AddressInfo).port;
    }
  }
}

process.once('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole process group; the parent decides when its emulators end.
process.on('SIGINT', () => undefined);

const [name, port] = process.argv.slice(2);
serve(name as EmulatorName, Number(port)).then(
  (listening) => {
    report({ listening });
  },
  (error: unknown) => {
    report({ failed: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  },
);
