/** An item as DynamoDB holds it. The names of the attributes and of the index are what infra makes the tables with. */
import { randomBytes } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EpochMillis, EpochSeconds } from '../engine/time.ts';
import type { Item, ItemKey } from './item.ts';

export const dueIndex = 'due';

export type Attributes = Record<string, AttributeValue>;

const process = randomBytes(9).toString('base64url');
let writes = 0;

/** Tells a write from all others, so that one whose answer was lost is known as one's own. */
export function nextWriteId(): string {
  writes += 1;
  return `${process}.${writes.toString(36)}`;
}

export const keyAttributes = ({ pk, sk }: ItemKey): Attributes => ({ pk: { S: pk }, sk: { S: sk } });

/** All attributes of an item that a write sets. */
export function itemAttributes(item: Item, writeId: string): Attributes {
  return {
    ...keyAttributes(item),
    version: { N: String(item.version) },
    writeId: { S: writeId },
    body: { S: item.body },
    ttl: { N: String(item.ttl) },
    ...(item.due && { slot: { S: item.due.slot }, at: { N: String(item.due.at) } }),
  };
}

export const writeIdOf = (attributes: Attributes | undefined): string | undefined => attributes?.['writeId']?.S;

export function toKey(attributes: Attributes): ItemKey {
  return { pk: text(attributes, 'pk'), sk: text(attributes, 'sk') };
}

export function toItem(attributes: Attributes): Item {
  const slot = attributes['slot']?.S;
  return {
    ...toKey(attributes),
    version: number(attributes, 'version'),
    body: text(attributes, 'body'),
    ttl: number(attributes, 'ttl') as EpochSeconds,
    ...(slot !== undefined && { due: { slot, at: number(attributes, 'at') as EpochMillis } }),
  };
}

function text(attributes: Attributes, name: string): string {
  const value = attributes[name]?.S;
  if (value === undefined) throw new Error(`an item of the table has no text ${name}`);
  return value;
}

function number(attributes: Attributes, name: string): number {
  const value = attributes[name]?.N;
  if (value === undefined) throw new Error(`an item of the table has no number ${name}`);
  return Number(value);
}
