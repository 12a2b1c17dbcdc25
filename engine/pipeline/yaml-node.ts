/** Nodes of a YAML file as they were read: each knows its place, and a scalar what stands there. */
import { isScalar, type ParsedNode, type Scalar } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';

/** A scalar that YAML reads as a text. */
export type TextScalar = Scalar.Parsed & { value: string };

export function rangeOf(node: ParsedNode): SourceRange {
  return { start: node.range[0], end: node.range[1] };
}

export function isTextScalar(node: ParsedNode | null): node is TextScalar {
  return isScalar(node) && typeof node.value === 'string';
}

/** True where a key has nothing after it. */
export function isEmpty(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === '');
}

/** What a scalar is in the file, without its quotes, whatever type YAML gives it; undefined for anything else. */
export function written(node: ParsedNode | null): string | undefined {
  return isScalar(node) && !isEmpty(node) ? node.source : undefined;
}
