/**
 * What differs by form of window, and nothing else does. A window has a name, which is an instant: names are in order,
 * and alerts, episodes and records go by them. Of what a form means, `WindowForm` says what holds for every key, and
 * `KeyWindows` what follows from the events of one.
 */
import type { EpochMillis, Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import type { KeyPanes } from './key-panes.ts';
import type { Pane } from './pane.ts';
import type { EventReference, Touch } from './touch.ts';

export interface WindowForm {
  /** Where panes begin and end. */
  readonly grid: PaneGrid;
  /** True where panes keep each event, as stretches of the key's log; else each keeps an aggregation. */
  readonly isLog: boolean;
  /** True where a window's name is the start of one of its panes, which notes that its alert may have a record. */
  readonly isNamedByPane: boolean;
  /** Before watermark, allowed lateness and cooldown, nothing that is so much older is changed or needed. */
  readonly reach: Millis;
  /** An event at `t` may change the windows named in [firstChanged, pastChanged). */
  firstChanged(t: EpochMillis): EpochMillis;
  pastChanged(t: EpochMillis): EpochMillis;
  /** The earliest instant whose events decide over the window of a name. */
  since(name: EpochMillis): EpochMillis;
  /** The end of the last window that can hold an event; `pane` is the start of its pane. */
  lastEnd(t: EpochMillis, pane: EpochMillis): EpochMillis;
  /** True where nothing is needed of a pane any more, given what `reach` leaves. */
  isForgotten(pane: Pane, frozen: EpochMillis): boolean;
  /** The first and the last true window of an episode, by what its alert shows as its window, and its name; absent where they do not tell. */
  namesOf?(extent: WindowBounds, name: EpochMillis): { readonly first: EpochMillis; readonly last: EpochMillis };
  /** True where a pane is no window: final results are told as windows end, and a pane may wait for several. */
  readonly closesByWindow: boolean;
  /** How long before the last instant of a window that names it an alert's window may have its name: 0 where it is named by that. */
  readonly longest: Millis;
  /** The windows of one key, whose panes are these. */
  open(rule: WindowedRule, panes: KeyPanes): KeyWindows;
}

/**
 * When the windows end that share panes. Where they lie as the clock says, all that hold a pane, whether they hold
 * events or not; where they are found in a log, those with an event in it, as far as is known.
 */
export interface Schedule {
  /** The end of the first window of the pane with this start that ends after an instant; undefined: none does. */
  nextEnd(pane: EpochMillis, after: EpochMillis): EpochMillis | undefined;
  /** Names of the pane's windows that end in (after, until]. */
  endingIn(pane: EpochMillis, after: EpochMillis, until: EpochMillis): EpochMillis[];
  /** All names in [first, last]. */
  between(first: EpochMillis, last: EpochMillis): EpochMillis[];
}

export interface KeyWindows {
  /** Present where `closesByWindow`. */
  readonly schedule?: Schedule;
  /** Adds an event to its pane; true where it is the newest of its log, so that of the windows that it changes only the one of its own time holds events. */
  add(pane: Pane, touch: Touch): boolean;
  /** Told where a pane took in what an item holds. */
  absorbed(pane: Pane): void;
  /** Gives the names of the windows that an event changes; `pane` is the start of its pane. */
  changed(t: EpochMillis, pane: EpochMillis, into: Set<EpochMillis>): void;
  /** Present where less than what the form says can be changed by an event that was added: the first window that is. */
  firstChanged?(t: EpochMillis): EpochMillis;
  /** Names in [from, to) of windows that hold events, ascending. */
  names(from: EpochMillis, to: EpochMillis): EpochMillis[];
  /** Present where some of the events in [from, to) may have other windows than all: the names that those may have. */
  everNamed?(from: EpochMillis, to: EpochMillis): EpochMillis[];
  /** Present where the windows that events change are known one by one: their names, since the last call. */
  takeChanged?(): readonly EpochMillis[];
  /** Of a window that is of several events, for the one that is asked about; so are those below. */
  bounds(name: EpochMillis, subject?: Touch): WindowBounds;
  /** Present where it costs nothing to say that no window holds so many events. */
  lacks?(events: number): boolean;
  /** True where a window holds an event. */
  has(name: EpochMillis): boolean;
  /** What the accumulators give for a window; undefined where it holds no event. */
  results(name: EpochMillis, subject?: Touch): readonly unknown[] | undefined;
  /** Present where a window is of events that it does not hold: these, which a condition is asked of one by one. */
  subjects?(name: EpochMillis): readonly Touch[];
  /** Present where the watermark decides: true of an event whose window may still become true, or was found so by a later one. */
  isUndecided?(subject: Touch): boolean;
  /** The newest event time of a window that holds events. */
  newest(name: EpochMillis, subject?: Touch): EpochMillis;
  /** The newest events of a window, as many as the rule shows; with the event that it is of. */
  evidence(name: EpochMillis, subject?: Touch): readonly Touch[];
  /** True where events are kept one by one, and this one is. */
  keeps(event: EventReference): boolean;
  /** An instant of the newest pane with events of a window: what is known of the window is stored there. */
  home(name: EpochMillis): EpochMillis;
  /** True where the final result of a window was told. */
  isTold(name: EpochMillis): boolean;
  /** Drops what lies before an instant. */
  forget(frozen: EpochMillis): void;
}
