/** Pairs what is expected with what is there, so that as many as possible find a partner. */

/** The partner of each of the first, by position; undefined for those that have none. */
export function assign(
  count: number,
  others: number,
  fits: (one: number, other: number) => boolean,
): (number | undefined)[] {
  const ownerOf = new Map<number, number>();
  // Kuhn's algorithm: who is in the way looks for another partner.
  const place = (one: number, tried: Set<number>): boolean => {
    for (let other = 0; other < others; other++) {
      if (tried.has(other) || !fits(one, other)) continue;
      tried.add(other);
      const owner = ownerOf.get(other);
      if (owner !== undefined && !place(owner, tried)) continue;
      ownerOf.set(other, one);
      return true;
    }
    return false;
  };
  for (let one = 0; one < count; one++) place(one, new Set());
  const partners = new Array<number | undefined>(count).fill(undefined);
  for (const [other, one] of ownerOf) partners[one] = other;
  return partners;
}
