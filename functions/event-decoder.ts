/** Decodes of the event in a record's data what a stream's program reads of it. */
import { FieldReader } from '../engine/json/field-reader.ts';
import { JsonCursor } from '../engine/json/json-cursor.ts';
import type { StreamProgram } from '../engine/plan/program.ts';
import { RecordBytes } from './record-bytes.ts';
import { decode, type DecodeEvent } from './record-data.ts';

export function eventDecoder({ fields, event, time }: StreamProgram): DecodeEvent {
  if (fields === undefined || event === undefined) return decode;
  const reader = new FieldReader(fields, event, time);
  const bytes = new RecordBytes();
  const cursor = new JsonCursor((from, to, isAscii) => {
    if (isAscii) return bytes.buffer.toString('latin1', from, to);
    const text = bytes.buffer.toString('utf8', from, to);
    return text.includes('\uFFFD') ? undefined : text;
  });
  return (data) => {
    const length = bytes.fill(data);
    cursor.bytes = bytes.buffer;
    cursor.text = bytes.buffer.toString('latin1', 0, length);
    cursor.at = 0;
    const read = reader.read(cursor);
    return read !== undefined && cursor.at === length ? { event: read } : decode(data);
  };
}
