/** Who is told what events mean, in the order of the events and, of one event, of the rules. */
import type { Json } from '../aggregate/value.ts';
import type { Payload } from '../state/payload.ts';
import type { Touch } from '../state/touch.ts';
import type { EventReference } from '../state/touch.ts';
import type { InputRecord, Rejection } from './input-record.ts';

export interface Receiver {
  /** An event that a rule with a window counts. */
  touch(rule: number, groups: readonly unknown[], touch: Touch, record: InputRecord): void;
  match(match: Match): void;
  rejected(rejection: Rejection): void;
  /** An event was made a row, which is new, or is there or outdated already; absent where nobody looks. */
  row?(table: number, isNew: boolean, record: InputRecord): void;
  /**
   * An event that a rule made, of the one with the id `of`, for a derived stream, before the rules that read it; absent
   * where nobody looks.
   */
  derived?(rule: number, event: EventReference, value: { readonly [name: string]: Json }, of: string): void;
}

/** A match of a stateless rule, with what its alert says. */
export interface Match {
  readonly rule: number;
  readonly groups: readonly unknown[];
  readonly said: Payload;
  readonly touch: Touch;
  readonly record: InputRecord;
}

export interface KeyedTouch {
  readonly rule: number;
  readonly groups: readonly unknown[];
  readonly touch: Touch;
  readonly record: InputRecord;
}

export interface KeptRow {
  readonly table: number;
  readonly isNew: boolean;
  readonly record: InputRecord;
}

/** Keeps what it is told. */
export class Collected implements Receiver {
  readonly touches: KeyedTouch[] = [];
  readonly matches: Match[] = [];
  readonly rejections: Rejection[] = [];
  readonly rows: KeptRow[] = [];

  touch(rule: number, groups: readonly unknown[], touch: Touch, record: InputRecord): void {
    this.touches.push({ rule, groups, touch, record });
  }

  match(match: Match): void {
    this.matches.push(match);
  }

  rejected(rejection: Rejection): void {
    this.rejections.push(rejection);
  }

  row(table: number, isNew: boolean, record: InputRecord): void {
    this.rows.push({ table, isNew, record });
  }
}
