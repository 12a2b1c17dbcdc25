/** Reads a pipeline file and the files beside it from disk. */
import path from 'node:path';
import type { Fault } from '../engine/fault.ts';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { readPipeline } from '../engine/pipeline/read.ts';
import { readTextFile } from './text-file.ts';

export interface PipelineFile {
  /** As the user named it. */
  readonly path: string;
  /** Present where no fault is an error. */
  readonly definition?: PipelineDefinition;
  /** In the order of the file; empty where the file could not be read at all. */
  readonly faults: readonly Fault[];
  /** The texts of the files that the faults are in, by the name that a fault has for them; '' is the pipeline file. */
  readonly sources: ReadonlyMap<string, string>;
  /** Every file that was asked for, by its path, with its text; undefined where it could not be read. */
  readonly read: ReadonlyMap<string, string | undefined>;
  /** Why the file could not be read; then there is nothing else. */
  readonly unreadable?: string;
}

/** Loads and checks a pipeline file; `params` are values in place of its own. Never throws for what a file holds. */
export function loadPipelineFile(file: string, params: Readonly<Record<string, string>> = {}): PipelineFile {
  const pipeline = readTextFile(file);
  if ('unreadable' in pipeline) {
    const read = new Map([[file, undefined]]);
    return { path: file, faults: [], sources: new Map(), read, unreadable: pipeline.unreadable };
  }
  const read = new Map<string, string | undefined>([[file, pipeline.text]]);
  const sources = new Map([['', pipeline.text]]);
  if (pipeline.badByte) {
    return { path: file, faults: [notUtf8(pipeline.badByte)], sources, read };
  }
  const files = (relative: string): string | undefined => {
    const place = path.resolve(path.dirname(file), relative);
    const beside = readTextFile(place);
    read.set(place, 'unreadable' in beside ? undefined : beside.text);
    if ('unreadable' in beside) return undefined;
    sources.set(relative, beside.text);
    if (beside.badByte) garbled.push({ ...notUtf8(beside.badByte), file: relative });
    return beside.badByte ? undefined : beside.text;
  };
  const garbled: Fault[] = [];
  const { definition, faults } = readPipeline(pipeline.text, { params, files });
  return { path: file, sources, read, ...(definition && { definition }), faults: [...faults, ...garbled] };
}

export function notUtf8({ line, column }: { line: number; column: number }): Fault {
  return {
    code: 'file.not-utf8',
    severity: 'error',
    message: 'The file is not UTF-8: the character here cannot be read.',
    allowed: "a file that was saved as UTF-8 (in most editors: 'Save with encoding')",
    place: { line, column, endLine: line, endColumn: column + 1 },
  };
}
