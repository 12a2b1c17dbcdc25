/** Finds test files, and reads each with the pipeline file beside it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Fault } from '../engine/fault.ts';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import type { RuleTest } from '../engine/rule-test/definition.ts';
import { readRuleTest } from '../engine/rule-test/read.ts';
import { loadPipelineFile, notUtf8, type PipelineFile } from './pipeline-file.ts';
import { readTextFile } from './text-file.ts';

const testName = 'pipeline.test.yaml';

export interface TestFile {
  /** As the user named it, or as it was found. */
  readonly path: string;
  /** Present where the file and its pipeline have no error. */
  readonly ready?: { readonly pipeline: PipelineDefinition; readonly test: RuleTest };
  /** Why a file could not be read; then there is nothing else. */
  readonly unreadable?: string;
  /** Present where the fault is the pipeline's. */
  readonly faultyPipeline?: PipelineFile;
  /** In the test file. */
  readonly faults: readonly Fault[];
  readonly text: string;
  /** Every file that was asked for, by its path, with its text; undefined where it could not be read. */
  readonly read: ReadonlyMap<string, string | undefined>;
}

/**
 * The test files that an argument of the command means: itself, the one beside a pipeline file, the one of a folder,
 * or those of the folders in it.
 */
export function findTestFiles(given: string): string[] {
  const isFile = /\.ya?ml$/.test(given) || (existsSync(given) && !statSync(given).isDirectory());
  if (isFile) return [given.replace(/(?<!\.test)\.(ya?ml)$/, '.test.$1')];
  if (!existsSync(given)) return [];
  const own = path.join(given, testName);
  if (existsSync(own)) return [own];
  return readdirSync(given)
    .sort()
    .map((name) => path.join(given, name, testName))
    .filter((file) => existsSync(file));
}

/** Loads and checks a test file; `params` are values in place of the pipeline's own. Never throws for what files hold. */
export function loadTestFile(file: string, params: Readonly<Record<string, string>> = {}): TestFile {
  if (!/\.test\.ya?ml$/.test(file)) {
    const unreadable = `${file} is no test file: pipeline.test.yaml, for example, tests pipeline.yaml beside it`;
    return { path: file, faults: [], text: '', read: new Map(), unreadable };
  }
  const tests = readTextFile(file);
  if ('unreadable' in tests) {
    const read = new Map([[file, undefined]]);
    return { path: file, faults: [], text: '', read, unreadable: tests.unreadable };
  }
  const { text } = tests;
  if (tests.badByte) return { path: file, faults: [notUtf8(tests.badByte)], text, read: new Map([[file, text]]) };
  const pipeline = loadPipelineFile(file.replace(/\.test(\.ya?ml)$/, '$1'), params);
  const known = { path: file, text, read: new Map([[file, text], ...pipeline.read]) };
  if (pipeline.unreadable !== undefined) {
    return { ...known, faults: [], unreadable: `${pipeline.unreadable}, and ${file} tests it` };
  }
  if (pipeline.definition === undefined) return { ...known, faults: [], faultyPipeline: pipeline };
  const { test, faults } = readRuleTest(text, pipeline.definition);
  return { ...known, faults, ...(test && { ready: { pipeline: pipeline.definition, test } }) };
}
