import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ClaimPropertySet,
  ConditionRecord,
  ObjectRecord,
} from '../../inventory/records';

/** An object as an API server sent it. Nothing about it is believed before it is looked at. */
export type RawObject = Record<string, unknown>;

const LONGEST_MESSAGE = 1024;
const NOTHING: RawObject = Object.freeze({});
const INTERNED = new Map<string, string>();
const MOST_INTERNED = 20_000;

/**
 * One string for all equal ones: a hundred thousand claims name the same few namespaces, classes and phases, and JSON.parse makes a new
 * string for each.
 */
export function interned(text: string): string {
  const known = INTERNED.get(text);
  if (known !== undefined) return known;
  if (INTERNED.size < MOST_INTERNED) INTERNED.set(text, text);
  return text;
}

/** The object at a path, or an empty one. */
export function objectAt(raw: unknown, ...path: string[]): RawObject {
  let at: unknown = raw;
  for (let depth = 0; depth < path.length; depth += 1) {
    if (!isObject(at)) return NOTHING;
    at = at[path[depth]];
  }
  return isObject(at) ? at : NOTHING;
}

/** Whether this is a JSON object. */
export function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Called a dozen times for each of a hundred thousand objects: no copies of the path, and no look at whose a property is. What objects
// inherit is functions and objects, and only texts, numbers, lists and `true` are taken.
function valueAt(raw: RawObject, path: string[]): unknown {
  let at: unknown = raw;
  for (let depth = 0; depth < path.length; depth += 1) {
    if (!isObject(at)) return undefined;
    at = at[path[depth]];
  }
  return at;
}

/** The text at a path; absent if it is empty or something else. */
export function textAt(raw: RawObject, ...path: string[]): string | undefined {
  const value = valueAt(raw, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Like textAt, for values that many objects share. */
export function wordAt(raw: RawObject, ...path: string[]): string | undefined {
  const text = textAt(raw, ...path);
  return text === undefined ? undefined : interned(text);
}

/** Like textAt, cut to 1,024 characters. */
export function messageAt(
  raw: RawObject,
  ...path: string[]
): string | undefined {
  return textAt(raw, ...path)?.slice(0, LONGEST_MESSAGE);
}

/** The number at a path. */
export function numberAt(
  raw: RawObject,
  ...path: string[]
): number | undefined {
  const value = valueAt(raw, path);
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : undefined;
}

/** Whether the value at a path is `true`. */
export function trueAt(raw: RawObject, ...path: string[]): boolean {
  return valueAt(raw, path) === true;
}

/** The objects of a list at a path. */
export function objectsAt(raw: RawObject, ...path: string[]): RawObject[] {
  const value = valueAt(raw, path);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

const LISTS = new Map<string, string[]>();
const MOST_LISTS = 1_000;

/** The texts of a list at a path; the same frozen list for all equal ones. */
export function wordsAt(raw: RawObject, ...path: string[]): string[] {
  const value = valueAt(raw, path);
  const words = Array.isArray(value)
    ? value
        .filter((item): item is string => typeof item === 'string')
        .map(interned)
    : [];
  const key = words.join('\n');
  let shared = LISTS.get(key);
  if (shared === undefined || shared.length !== words.length) {
    Object.freeze(words);
    if (LISTS.size < MOST_LISTS) LISTS.set(key, words);
    shared = words;
  }
  return shared;
}

/** The texts of a map at a path, numbers as Kubernetes' YAML readers print them. */
export function textMapAt(
  raw: RawObject,
  ...path: string[]
): Record<string, string> {
  const map: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(raw, ...path))) {
    if (key === '__proto__') continue;
    if (typeof value === 'string') map[interned(key)] = interned(value);
    else if (typeof value === 'number') map[interned(key)] = String(value);
  }
  return map;
}

/** Milliseconds since the epoch of an RFC 3339 time at a path. */
export function timeAt(raw: RawObject, ...path: string[]): number | undefined {
  const text = textAt(raw, ...path);
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** The quantity at a path in bytes; absent if there is none, or none that can be read. */
export function bytesAt(raw: RawObject, ...path: string[]): bigint | undefined {
  const value = valueAt(raw, path);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    return parseQuantity(String(value));
  } catch {
    return undefined;
  }
}

/** What every record begins with. @returns undefined if it is not an object with a name and a uid. */
export function metadataOf(raw: RawObject): ObjectRecord | undefined {
  const name = textAt(raw, 'metadata', 'name');
  const uid = textAt(raw, 'metadata', 'uid');
  if (!name || !uid) return undefined;
  const record: ObjectRecord = {
    uid,
    name,
    createdAt: timeAt(raw, 'metadata', 'creationTimestamp') ?? 0,
  };
  const namespace = wordAt(raw, 'metadata', 'namespace');
  if (namespace) record.namespace = namespace;
  const deletedAt = timeAt(raw, 'metadata', 'deletionTimestamp');
  if (deletedAt !== undefined) record.deletedAt = deletedAt;
  return record;
}

/** A label of an object. */
export function labelOf(raw: RawObject, key: string): string | undefined {
  return wordAt(raw, 'metadata', 'labels', key);
}

/** An annotation of an object. */
export function annotationOf(raw: RawObject, key: string): string | undefined {
  return wordAt(raw, 'metadata', 'annotations', key);
}

const NO_CONDITIONS: ConditionRecord[] = [];
Object.freeze(NO_CONDITIONS);

/** status.conditions. */
export function conditionsOf(raw: RawObject): ConditionRecord[] {
  const raws = objectsAt(raw, 'status', 'conditions');
  if (raws.length === 0) return NO_CONDITIONS;
  const conditions: ConditionRecord[] = [];
  for (const condition of raws) {
    const type = wordAt(condition, 'type');
    if (type) {
      conditions.push(
        withoutAbsent({
          type,
          status: wordAt(condition, 'status') ?? 'Unknown',
          reason: wordAt(condition, 'reason'),
          message: messageAt(condition, 'message'),
          at:
            timeAt(condition, 'lastTransitionTime') ??
            timeAt(condition, 'lastHeartbeatTime'),
        }),
      );
    }
  }
  return conditions;
}

/** A list of claimPropertySets of a StorageProfile, or the like. */
export function claimPropertySetsAt(
  raw: RawObject,
  ...path: string[]
): ClaimPropertySet[] {
  return objectsAt(raw, ...path).map(set =>
    withoutAbsent({
      accessModes: wordsAt(set, 'accessModes'),
      volumeMode: wordAt(set, 'volumeMode'),
    }),
  );
}

/**
 * The same record without the keys that are undefined: they make equal records look different. A new object, since one that a key was
 * deleted from becomes a hash table of several times the size.
 */
export function withoutAbsent<T extends object>(record: T): T {
  const present: Partial<T> = {};
  for (const key of Object.keys(record) as Array<keyof T>) {
    if (record[key] !== undefined) present[key] = record[key];
  }
  return present as T;
}
