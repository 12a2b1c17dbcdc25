/** Another's CDK application, in a folder of its own, that installs Weir as a package. */
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AlertInbox } from './alert-inbox.ts';
import { cdk, cdkDeploy, root } from './cdk.ts';
import { runProgram } from './run-program.ts';

const application = fileURLToPath(new URL('consumer', import.meta.url));
const patience = 300;

/** Packs, installs, type-checks, synthesizes and deploys; an event becomes an alert; all is deleted. */
export async function deployConsumer(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-consumer-'));
  try {
    cpSync(application, folder, { recursive: true });
    const packed = await runProgram('npm', ['pack', '--silent', '--pack-destination', folder], root);
    const archive = packed.trim().split('\n').at(-1) ?? '';
    await runProgram('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${archive}`], folder);
    await runProgram('npx', ['tsc', '-p', '.'], folder);
    const outputs = await cdkDeploy(folder, [], {});
    const { StreamName, AlertTopicArn = '' } = outputs;
    const inbox = await AlertInbox.subscribe('weir-consumer-test', AlertTopicArn);
    const kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
    const until = Date.now() + patience * 1000;
    // More than its own limit and less than the file's: the value in place of the file's counts.
    for (let id = 1; (await inbox.find(({ rule }) => rule === 'large-order', 10)) === undefined; id++) {
      if (Date.now() > until) throw new Error(`an event in ${StreamName ?? ''} became no alert within ${patience} s`);
      const event = { id: String(id), customer: 'ann', total: 200 };
      await kinesis.send(
        new PutRecordCommand({ StreamName, PartitionKey: 'ann', Data: Buffer.from(JSON.stringify(event)) }),
      );
    }
    await cdk(folder, ['destroy', '--force'], {});
    await inbox.delete();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
