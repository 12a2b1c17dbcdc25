/**
 * The CDK application: the pipeline file is checked and compiled here, at synth.
 *
 *   cdk deploy -c pipeline=FILE -c param.NAME=VALUE -c alertEmail=ADDRESS -c retain=false
 */
import { App } from 'aws-cdk-lib';
import { reportOf } from '../cli/check.ts';
import { loadPipelineFile } from '../cli/pipeline-file.ts';
import { wantsColour } from '../cli/report.ts';
import { readDeployOptions } from './deploy-options.ts';
import { pipelineStack } from './pipeline-stack.ts';

/** Says what is wrong, and nothing of where in the program it was found. */
function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const app = new App({ analyticsReporting: false });
const options = readDeployOptions(app.node.getAllContext() as Readonly<Record<string, unknown>>);
if ('refused' in options) refuse(options.refused);

const file = loadPipelineFile(options.pipeline, options.params);
if (file.unreadable !== undefined) refuse(file.unreadable);
if (file.definition === undefined) refuse(reportOf(file, wantsColour(process.stderr)));
try {
  pipelineStack(app, { ...options, definition: file.definition });
} catch (error) {
  refuse(error instanceof Error ? error.message : String(error));
}
app.synth();
