/**
 * What a deployment of another version of a pipeline does to the rules and to their windows in flight. No alert is told
 * twice by it, and none withdrawn.
 */
import type { PipelineDefinition, RuleDefinition } from '../pipeline/definition.ts';
import { fingerprint, fingerprintParts, meaning } from '../plan/fingerprint.ts';
import { sourcesOf } from '../plan/sources.ts';

/** `keep`: it goes on with its state; `fresh`: it begins without any; `gone`: it is not evaluated any more. */
export type Fate = 'keep' | 'fresh' | 'gone';

export interface RuleDifference {
  readonly rule: string;
  readonly fate: Fate;
  /** What changed, in the words of the pipeline file. */
  readonly because: readonly string[];
  /** What becomes of its windows in flight and of what it has said. */
  readonly windows: string;
}

export function differences(old: PipelineDefinition, next: PipelineDefinition): RuleDifference[] {
  const names = new Set([...next.rules, ...old.rules].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const before = old.rules.find((rule) => rule.name === name && rule.mode !== 'off');
    const after = next.rules.find((rule) => rule.name === name && rule.mode !== 'off');
    if (after !== undefined) return [evaluated(old, before, next, after)];
    if (before === undefined) return [];
    const isOff = next.rules.some((rule) => rule.name === name);
    return [{ rule: name, fate: 'gone', because: [isOff ? 'mode: off' : 'it is not in the file'], windows: leftAlone }];
  });
}

function evaluated(
  old: PipelineDefinition,
  before: RuleDefinition | undefined,
  next: PipelineDefinition,
  after: RuleDefinition,
): RuleDifference {
  const rule = after.name;
  if (before === undefined) {
    const wasOff = old.rules.some(({ name }) => name === rule);
    const because = [wasOff ? 'it was off' : 'it was not in the file'];
    return { rule, fate: 'fresh', because, windows: after.window === undefined ? fromNow : wasOff ? anew : begins };
  }
  if (fingerprint(old, before) !== fingerprint(next, after)) {
    const parts = new Map(fingerprintParts(old, before));
    const because = fingerprintParts(next, after)
      .filter(([part, value]) => JSON.stringify(value) !== JSON.stringify(parts.get(part)))
      .map(([part]) => part);
    const windows = after.window === undefined ? fromNow : begins;
    return { rule, fate: 'fresh', because, windows: `${windows}; ${leftAlone}` };
  }
  const isJudged = JSON.stringify(meaning(old, before.having)) !== JSON.stringify(meaning(next, after.having));
  const lateness = after.window === undefined ? 0 : allowedLateness(next, after) - allowedLateness(old, before);
  const because = [...(isJudged ? ['having'] : []), ...(lateness === 0 ? [] : ['allowedLateness'])];
  const going = after.window === undefined ? 'nothing changes' : goOn;
  const late = lateness > 0 ? [laterForNew] : lateness < 0 ? [soonerForAll] : [];
  return { rule, fate: 'keep', because, windows: [isJudged ? judgedAnew : going, ...late].join('; ') };
}

function allowedLateness(definition: PipelineDefinition, rule: RuleDefinition): number {
  return Math.max(0, ...sourcesOf(definition, rule.from).map((stream) => stream.allowedLateness));
}

const fromNow = 'it looks at events from now on';
const begins = 'it begins without events; windows that began before are partial';
const anew = 'windows that began before are partial';
const goOn = 'they go on';
const laterForNew =
  'the longer allowedLateness is for windows that begin after it: those in flight keep theirs, and none comes back';
const soonerForAll = 'the shorter allowedLateness is for all windows, at once';
const leftAlone = 'what it has said stands, neither amended nor withdrawn';
const judgedAnew =
  'they go on and are judged by the new having at their next event; what only the old one was true of stands as it was, what the new one is true of too goes on under its id';
