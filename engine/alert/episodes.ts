/**
 * Episodes: the longest runs of true windows of a key that are at most `cooldown` apart. A burst is one alert. Windows
 * are instants here, by which they are named; but those that are found one after the other go from their name on to
 * their last instant, and are apart by what lies between.
 *
 * An episode is named by the first true window it had when it was found, and keeps its name while it grows, shrinks or
 * joins others, so that late data amends an alert and does not replace it. One that is no longer true is kept, not
 * standing: should it become true again, it is reopened under its name.
 */
import type { EpochMillis, Millis } from '../time.ts';

export interface Episode {
  /** That of the window that named it; part of the alert's identity. */
  readonly name: EpochMillis;
  /** The name of its first true window, and the last instant of its last. */
  first: EpochMillis;
  last: EpochMillis;
  standing: boolean;
  /** Grows with every change of the three: of two that have the same name, the later is the episode. */
  revision: number;
}

/**
 * The newer of two that have one name. Two processes that changed it at the same time, each in a pane of its own, have
 * each seen a part: then it is all that either knows, so that whoever finds it again finds it by either.
 */
export function newestEpisode(a: Episode, b: Episode): Episode {
  if (a.revision !== b.revision) return a.revision > b.revision ? a : b;
  return {
    ...a,
    first: a.first < b.first ? a.first : b.first,
    last: a.last > b.last ? a.last : b.last,
    standing: a.standing || b.standing,
  };
}

const none: readonly Episode[] = [];

/** How far windows go on from the instants that name them. */
export interface Extents {
  readonly longest: Millis;
  /** The last instant of the window with a name. */
  last(name: EpochMillis): EpochMillis;
}

const instants: Extents = { longest: 0 as Millis, last: (name) => name };

export class Episodes {
  readonly #cooldown: Millis;
  readonly #extents: Extents;
  /** Names of true windows, ascending. */
  #trueTimes: EpochMillis[] = [];
  #all: Episode[] = [];
  /** Episodes that differ from what was last taken. */
  #changed: Set<Episode> | undefined;

  constructor(cooldown: Millis, known: readonly Episode[] = [], extents = instants) {
    this.#cooldown = cooldown;
    this.#extents = extents;
    for (const episode of known) this.#all.push({ ...episode });
  }

  get all(): readonly Episode[] {
    return this.#all;
  }

  /** Takes episodes as they were stored. */
  restore(episodes: readonly Episode[]): void {
    const all = new Map(this.#all.map((episode) => [episode.name, episode]));
    for (const episode of episodes) {
      const known = all.get(episode.name);
      if (known === undefined) {
        const fresh = { ...episode };
        all.set(fresh.name, fresh);
        this.#all.push(fresh);
      } else Object.assign(known, newestEpisode(known, episode));
    }
    this.#all.sort((a, b) => a.first - b.first);
  }

  /** The newest window, or one in order, is true or not. */
  append(t: EpochMillis, isTrue: boolean): void {
    const last = this.#trueTimes.at(-1);
    if (last === t && isTrue) {
      this.touch(t, t);
      return;
    }
    if (isTrue) {
      this.#trueTimes.push(t);
      const newest = this.#all.at(-1);
      if (newest?.standing === true && newest.last === last && t - newest.last <= this.#cooldown) {
        newest.last = t;
        this.#change(newest);
      } else this.derive(t);
    } else if (last === t) {
      this.#trueTimes.pop();
      this.derive(t);
    }
  }

  /** Says anew which windows that are named in [from, to) are true; `derive` must follow. */
  replace(from: EpochMillis, to: EpochMillis, times: readonly EpochMillis[]): void {
    const after = this.#trueTimes.slice(this.#firstFrom(to));
    this.#trueTimes.length = this.#firstFrom(from);
    for (const t of times) this.#trueTimes.push(t);
    for (const t of after) this.#trueTimes.push(t);
  }

  /** Marks the standing episodes whose last true window is named in [from, to]: their values may have changed. */
  touch(from: EpochMillis, to: EpochMillis): void {
    const past = to + this.#extents.longest;
    for (const episode of this.#all) if (episode.last >= from && episode.last <= past) this.#tell(episode);
  }

  /**
   * Finds the episodes again from an instant on. Which windows are true that reach `from − cooldown` must be known, and
   * all episodes that reach that far; what lies before is taken as it was.
   */
  derive(from: EpochMillis): void {
    const knownFrom = from - this.#cooldown;
    const runs = this.#runs(knownFrom);
    const settled = this.#all.filter((episode) => episode.last < knownFrom);
    const open = this.#all.filter((episode) => episode.last >= knownFrom);
    const taken = new Set<Episode>();
    for (const run of runs) {
      const overlapping = open
        .filter((episode) => !taken.has(episode) && episode.first <= run.last && episode.last >= run.first)
        .sort((a, b) => Number(b.standing) - Number(a.standing) || a.first - b.first || a.name - b.name);
      const [kept] = overlapping;
      const first = Math.min(
        run.first,
        ...overlapping.filter((e) => e.standing && e.first < knownFrom).map((e) => e.first),
      ) as EpochMillis;
      if (kept === undefined) {
        const fresh = {
          name: this.#freeName(run.first, open),
          first: run.first,
          last: run.last,
          standing: true,
          revision: 0,
        };
        open.push(fresh);
        taken.add(fresh);
        this.#change(fresh);
        continue;
      }
      taken.add(kept);
      if (!kept.standing || kept.first !== first || kept.last !== run.last) this.#change(kept);
      kept.standing = true;
      kept.first = first;
      kept.last = run.last;
    }
    for (const episode of open) {
      if (taken.has(episode) || !episode.standing) continue;
      episode.standing = false;
      this.#change(episode);
    }
    this.#all = [...settled, ...open].sort((a, b) => a.first - b.first || a.name - b.name);
  }

  /** The earliest true window that is named before an instant, reaches it but for `cooldown`, and is in no standing episode. */
  untoldBefore(from: EpochMillis): EpochMillis | undefined {
    return this.#trueTimes.find(
      (t) =>
        this.#extents.last(t) >= from - this.#cooldown &&
        t < from &&
        !this.#all.some(({ standing, first, last }) => standing && first <= t && t <= last),
    );
  }

  /** Runs of true windows that reach an instant, and of those after it. */
  #runs(from: number): { first: EpochMillis; last: EpochMillis }[] {
    const runs: { first: EpochMillis; last: EpochMillis }[] = [];
    const { longest } = this.#extents;
    const times = this.#trueTimes;
    for (let at = this.#firstFrom((from - longest) as EpochMillis); at < times.length; at++) {
      const t = times[at];
      if (t === undefined) break;
      const last = longest === 0 ? t : this.#extents.last(t);
      if (last < from) continue;
      const run = runs.at(-1);
      if (run !== undefined && t - run.last <= this.#cooldown) run.last = last;
      else runs.push({ first: t, last });
    }
    return runs;
  }

  /** The position of the first true window that is named at an instant or later. */
  #firstFrom(t: EpochMillis): number {
    const times = this.#trueTimes;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] ?? t) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #change(episode: Episode): void {
    episode.revision++;
    this.#tell(episode);
  }

  #tell(episode: Episode): void {
    this.#changed ??= new Set();
    this.#changed.add(episode);
  }

  #freeName(wanted: EpochMillis, open: readonly Episode[]): EpochMillis {
    let name = wanted;
    while (this.#all.some((episode) => episode.name === name) || open.some((episode) => episode.name === name))
      name = (name + 1) as EpochMillis;
    return name;
  }

  /** True where `take` would give any. */
  get hasChanged(): boolean {
    return this.#changed !== undefined;
  }

  /** The episodes that changed since the last call. */
  take(): readonly Episode[] {
    if (this.#changed === undefined) return none;
    const changed = [...this.#changed];
    this.#changed = undefined;
    return changed;
  }

  /** Drops what ended before an instant. */
  forget(until: EpochMillis): void {
    this.#trueTimes = this.#trueTimes.filter((t) => t >= until - this.#extents.longest);
    this.#all = this.#all.filter((episode) => episode.last >= until);
  }
}
