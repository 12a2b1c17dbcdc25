/**
 * `matches`: RE2 syntax, linear time in the text whatever the pattern. Generated code imports this module under the name
 * `$re`, and only where it names it.
 */
import { RE2JS, RE2JSException } from 're2js';
import { spend, stepsOfText } from './steps.ts';

/** Compiling takes time and memory with the pattern's length, and a pattern can come from an event. */
const longestPattern = 1000;

const compiled = new Map<string, RE2JS | undefined>();

function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  let expression: RE2JS | undefined;
  try {
    expression = RE2JS.compile(pattern);
  } catch (error) {
    // A pattern that does not compile is CEL's failure; a constant one was refused when the file was read.
    if (!(error instanceof RE2JSException)) throw error;
  }
  if (compiled.size >= 1000) compiled.clear();
  compiled.set(pattern, expression);
  return expression;
}

/** True where the pattern is found anywhere in the text. */
export function matches(text: unknown, pattern: unknown): boolean | undefined {
  if (typeof text !== 'string' || typeof pattern !== 'string' || pattern.length > longestPattern) return undefined;
  if (!spend(stepsOfText(text))) return undefined;
  return compile(pattern)?.test(text);
}

/** What is wrong with a pattern, in the words of its engine; undefined where nothing is. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > longestPattern) return `longer than ${longestPattern} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}
