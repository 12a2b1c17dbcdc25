/**
 * A fault is something wrong in a file that a user wrote. All faults of a file are found before any is reported, each
 * with its place, what was given, what is allowed, and the line as it should be written where that is known.
 */

/** A place in a source file; lines and columns count from 1, the end is exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Fault {
  /** Dotted and stable, for example `rule.where.unknown-name`; ends in `.not-yet` for what Weir will support later. */
  readonly code: string;
  /** An advice leaves the file valid; an error refuses it. */
  readonly severity: 'error' | 'advice';
  /** One sentence: what is wrong, with the value given. */
  readonly message: string;
  /** What may stand there instead, in the user's words. */
  readonly allowed?: string;
  /** The whole source line as it should be written, where that is known. */
  readonly rewritten?: string;
  /** The file, relative to the pipeline file; absent for the pipeline file itself. */
  readonly file?: string;
  readonly place: Place;
}
