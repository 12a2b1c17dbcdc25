/** What texts take in an item: bytes of UTF-8, since DynamoDB and SNS bound bytes and not characters. */

/** Bytes of JSON that a UTF-16 unit takes at most. */
export const widest = 6;

/** Bytes of a text in UTF-8. */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Both halves of a pair count two bytes; half a pair alone is written as U+FFFD, three bytes.
    if (code < 0x800 || isHalf(code)) size += code >= 0x800 && !isPaired(text, i) ? 2 : 1;
    else size += 2;
  }
  return size;
}

/** Bytes of a text as JSON, quotes included: half a surrogate pair takes six, and so does a control character but those with a short form. */
export function jsonSize(text: string): number {
  let size = text.length + 2;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code < 0x80) size += code === 0x22 || code === 0x5c ? 1 : 0;
    else if (code < 0x20) size += shortForms.includes(code) ? 1 : 5;
    else if (code < 0x800) size += 1;
    else if (isHalf(code)) size += isPaired(text, i) ? 1 : 5;
    else size += 2;
  }
  return size;
}

/** Backspace, tab, line feed, form feed, carriage return: `\\b` and so on. */
const shortForms = [8, 9, 10, 12, 13];

function isHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

function isPaired(text: string, at: number): boolean {
  const low = text.charCodeAt(at) >= 0xdc00;
  const other = text.charCodeAt(low ? at - 1 : at + 1);
  return low ? other >= 0xd800 && other < 0xdc00 : other >= 0xdc00 && other < 0xe000;
}
