/** The bytes of a record's data, in one buffer that is used again: that costs less than a new one per record. */
export class RecordBytes {
  buffer = Buffer.alloc(64 * 1024);

  /** Puts the bytes at the buffer's start, with a zero behind them, and answers how many they are. */
  fill(base64: string): number {
    if (base64.length > this.buffer.length) this.buffer = Buffer.alloc(base64.length);
    const length = this.buffer.write(base64, 'base64');
    this.buffer[length] = 0;
    return length;
  }
}
