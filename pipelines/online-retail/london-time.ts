/**
 * The file gives times as clocks in London showed them, without a zone. When the clocks go forward an hour does not
 * exist: a time in it is taken as if they had not moved yet (01:30 becomes 02:30 summer time). When they go back an
 * hour comes twice: a time in it is the first of the two, still summer time.
 */
import { Temporal } from 'temporal-polyfill';

const form = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Minutes repeat for every line of an invoice, and a time zone is slow to ask. */
const known = new Map<string, string | undefined>();

/** `2011-07-01 09:00:00` in London as `2011-07-01T08:00:00Z`; undefined where the text is no such time. */
export function londonToUtc(text: string): string | undefined {
  if (known.has(text)) return known.get(text);
  const utc = ask(text);
  known.set(text, utc);
  return utc;
}

function ask(text: string): string | undefined {
  if (!form.test(text)) return undefined;
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch (error) {
    // The 30th of February.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return local.toZonedDateTime('Europe/London', { disambiguation: 'compatible' }).toInstant().toString();
}
