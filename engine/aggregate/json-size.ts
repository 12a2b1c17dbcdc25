/** What texts take in an item: bytes of UTF-8, since DynamoDB and SNS bound bytes and not characters. */

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

/** Bytes of a text as JSON, quotes included: a control character, and half a surrogate pair, take six. */
export function jsonSize(text: string): number {
  let size = text.length + 2;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code < 0x80) size += code === 0x22 || code === 0x5c ? 1 : 0;
    else if (code < 0x20) size += 5;
    else if (code < 0x800) size += 1;
    else if (isHalf(code)) size += isPaired(text, i) ? 1 : 5;
    else size += 2;
  }
  return size;
}

function isHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

function isPaired(text: string, at: number): boolean {
  const low = text.charCodeAt(at) >= 0xdc00;
  const other = text.charCodeAt(low ? at - 1 : at + 1);
  return low ? other >= 0xd800 && other < 0xdc00 : other >= 0xdc00 && other < 0xe000;
}
