/**
 * How much the log of a pane may hold; what other panes keep is bounded by itself. Nothing that a producer sends may
 * make a key too large to be read and worked out within one invocation, or its shard would be held up for ever: what
 * comes beyond goes to the dead letters with the reason, and what is there goes on counting. A pane never gets smaller,
 * so the events that find it full are the same however their batches are cut and repeated.
 */
import { utf8Size } from '../aggregate/json-size.ts';
import type { WindowedRule } from './compiled-rule.ts';
import type { Pane } from './pane.ts';
import { shownFields } from './shown-fields.ts';
import { type EventReference, isOfResult, type Touch } from './touch.ts';

/**
 * Events of a log: of a key that one shard owns about 25 MB in memory and 7 MB stored, of which three panes are needed
 * at a time, and ten where windows follow from each other without a break. Of other keys each shard may bring so many, and whoever settles the key reads them all.
 */
const mostOfOwner = 50_000;
const mostOfShard = 10_000;
/** Of a join: each event is a pair with each other. */
const mostOfJoin = 1_000;

/** So many events of a log count as one each, whatever their size: it is not measured for what will stay small. */
const unmeasured = 1_000;
/** Bytes of JSON that count as one event after them. */
const usualSize = 400;

function mostOf({ plan, window }: WindowedRule): number {
  if (window.kind === 'join') return mostOfJoin;
  return plan.writer === 'key' ? mostOfOwner : mostOfShard;
}

function heldOf({ plan }: WindowedRule, pane: Pane, { event }: Touch): number {
  return plan.writer === 'key' ? pane.held : (pane.heldBy?.get(writerOf(event)) ?? 0);
}

/** Counts an event that a pane's log holds. */
export function countHeld(rule: WindowedRule, pane: Pane, touch: Touch): void {
  const before = heldOf(rule, pane, touch);
  const held = before + (before < unmeasured ? 1 : weightOf(touch));
  if (rule.plan.writer === 'key') pane.held = held;
  else (pane.heldBy ??= new Map()).set(writerOf(touch.event), held);
}

/** The shard that brought an event; results of rules are all of one stream here. */
function writerOf(event: EventReference): string {
  return isOfResult(event) ? event.stream : event.shard;
}

function weightOf({ fields, args }: Touch): number {
  const objects = args.filter((arg) => typeof arg === 'object' && arg !== null && arg !== fields);
  return Math.ceil(utf8Size(JSON.stringify([shownFields(fields), objects])) / usualSize);
}

/** Why a pane cannot take an event, or undefined where it can. */
export function fullReason(rule: WindowedRule, pane: Pane, touch: Touch): string | undefined {
  if (!rule.grows) return undefined;
  const most = mostOf(rule);
  const whose = rule.plan.writer === 'key' ? 'the key' : 'the shard for the key';
  if (heldOf(rule, pane, touch) < most) return undefined;
  return `limit: the log of ${whose} is full: it holds ${most} events of the usual size in the time that the event falls into`;
}
