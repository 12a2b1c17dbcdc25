import { reportOf } from '../cli/check.ts';
import { loadPipelineFile } from '../cli/pipeline-file.ts';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import type { EventPipelineProps } from './pipeline-props.ts';

/** Reads a pipeline file; throws with the report of `weir check` where it has faults. */
export function checkedDefinition({
  definition,
  params = {},
}: Pick<EventPipelineProps, 'definition' | 'params'>): PipelineDefinition {
  if (typeof definition !== 'string') return definition;
  const texts = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
  const file = loadPipelineFile(definition, texts);
  if (file.unreadable !== undefined) throw new Error(file.unreadable);
  if (file.definition === undefined) throw new Error(reportOf(file, false));
  return file.definition;
}
