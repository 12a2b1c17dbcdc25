/**
 * Episodes: the longest runs of true windows of a key whose ends are at most `cooldown` apart. A burst is one alert.
 *
 * An episode is named by the first true window it had when it was found, and keeps its name while it grows, shrinks or
 * joins others, so that late data amends an alert and does not replace it. One that is no longer true is kept, not
 * standing: should it become true again, it is reopened under its name.
 */
import type { EpochMillis, Millis } from '../time.ts';

export interface Episode {
  /** End of the window that named it; part of the alert's identity. */
  readonly name: EpochMillis;
  /** Ends of its first and last true window. */
  first: EpochMillis;
  last: EpochMillis;
  standing: boolean;
  /** Grows with every change of the three: of two that have the same name, the later is the episode. */
  revision: number;
}

const none: readonly Episode[] = [];

export class Episodes {
  readonly #cooldown: Millis;
  /** Ends of true windows, ascending. */
  #trueTimes: EpochMillis[] = [];
  #all: Episode[] = [];
  /** Episodes that differ from what was last taken. */
  #changed: Set<Episode> | undefined;

  constructor(cooldown: Millis, known: readonly Episode[] = []) {
    this.#cooldown = cooldown;
    for (const episode of known) this.#all.push({ ...episode });
  }

  get all(): readonly Episode[] {
    return this.#all;
  }

  /** Takes episodes as they were stored, where no later revision of them is known. */
  restore(episodes: readonly Episode[]): void {
    const all = new Map(this.#all.map((episode) => [episode.name, episode]));
    for (const episode of episodes) {
      const known = all.get(episode.name);
      if (known === undefined) {
        const fresh = { ...episode };
        all.set(fresh.name, fresh);
        this.#all.push(fresh);
      } else if (episode.revision > known.revision) Object.assign(known, episode);
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

  /** Says anew which windows that end in [from, to) are true; `derive` must follow. */
  replace(from: EpochMillis, to: EpochMillis, times: readonly EpochMillis[]): void {
    const before = this.#trueTimes.filter((t) => t < from);
    const after = this.#trueTimes.filter((t) => t >= to);
    this.#trueTimes = [...before, ...times, ...after];
  }

  /** Marks the standing episodes whose last true window ends in [from, to]: their values may have changed. */
  touch(from: EpochMillis, to: EpochMillis): void {
    for (const episode of this.#all) if (episode.last >= from && episode.last <= to) this.#tell(episode);
  }

  /**
   * Finds the episodes again from an instant on. Which windows are true must be known from `from − cooldown` on, and
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

  /** The earliest true window that ends before an instant, by `cooldown` at most, and is in no standing episode. */
  untoldBefore(from: EpochMillis): EpochMillis | undefined {
    return this.#trueTimes.find(
      (t) =>
        t >= from - this.#cooldown &&
        t < from &&
        !this.#all.some(({ standing, first, last }) => standing && first <= t && t <= last),
    );
  }

  /** Runs of true windows from an instant on. */
  #runs(from: number): { first: EpochMillis; last: EpochMillis }[] {
    const runs: { first: EpochMillis; last: EpochMillis }[] = [];
    for (const t of this.#trueTimes) {
      if (t < from) continue;
      const run = runs.at(-1);
      if (run !== undefined && t - run.last <= this.#cooldown) run.last = t;
      else runs.push({ first: t, last: t });
    }
    return runs;
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
    this.#trueTimes = this.#trueTimes.filter((t) => t >= until);
    this.#all = this.#all.filter((episode) => episode.last >= until);
  }
}
