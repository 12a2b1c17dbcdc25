/** `weir check`: every fault of pipeline files at once. */
import { loadPipelineFile, type PipelineFile } from './pipeline-file.ts';
import { renderFaults, wantsColour } from './report.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  /** One JSON object for all files, for editors and scripts. */
  readonly json: boolean;
  /** Values in place of the file's own. */
  readonly param: Readonly<Record<string, string>>;
}

export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly colour: boolean;
  /** Empties the screen; absent where there is none. */
  readonly clear?: () => void;
}

export const terminal: Output = {
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
  colour: wantsColour(process.stdout),
  ...(process.stdout.isTTY && { clear: () => process.stdout.write('\u001B[2J\u001B[3J\u001B[H') }),
};

/** Checks the files and prints what it finds; gives the exit code: 1 where a file has an error. */
export function runCheck({ files, json, param }: CheckOptions, { out, error, colour }: Output = terminal): number {
  const checked = files.map((file) => loadPipelineFile(file, param));
  if (json) out(JSON.stringify({ files: checked.map(asJson) }, undefined, 2));
  else {
    for (const file of checked) {
      if (file.unreadable !== undefined) error(`weir check: ${file.unreadable}`);
      else out(reportOf(file, colour));
    }
  }
  return checked.every(({ definition }) => definition !== undefined) ? 0 : 1;
}

/** The report of `weir check` on one file. */
export function reportOf(file: PipelineFile, colour: boolean): string {
  const summary = summaryOf(file);
  return file.faults.length === 0
    ? summary
    : `${renderFaults(file.faults, file.sources, { colour, path: file.path })}\n\n${summary}`;
}

function summaryOf({ path, faults, definition }: PipelineFile): string {
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  const advices = counted(faults.length - errors, 'piece of advice', 'pieces of advice');
  if (definition === undefined) {
    const later = faults.filter(({ code }) => code.endsWith('.not-yet')).length;
    const notYet = later === 0 ? '' : `; ${later} for what Weir cannot run yet`;
    const advised = faults.length === errors ? '' : ` and ${advices}`;
    return `${path}: ${counted(errors, 'fault', 'faults')}${advised}${notYet}. Correct ${errors === 1 ? 'it' : 'them'}, then run this again.`;
  }
  const streams = counted(definition.streams.length, 'stream', 'streams');
  const rules = counted(definition.rules.length, 'rule', 'rules');
  return `${path}: ${definition.name} is fine, with ${streams} and ${rules}${faults.length === 0 ? '' : `, and ${advices}`}.`;
}

function asJson({ path, faults, definition, unreadable }: PipelineFile): object {
  return { path, valid: definition !== undefined, ...(unreadable !== undefined && { unreadable }), faults };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
