import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Document,
} from 'yaml';
import type { ScalarValue } from './yamlScalar';

/** The one thing that may differ between two documents. */
export interface IntendedChange {
  /** Index of the pair or item, from the root down, of what is replaced, or of what is added to at its end. */
  indexes: readonly number[];
  /** Whether the node there is another one, or has one more entry. */
  how: 'replaced' | 'appended';
  /** Whether the new value, or the new entry, is the wanted one. */
  isWanted(entry: unknown): boolean;
}

/** Whether a node is these keys, one inside the other, around a value, and nothing else. */
export function isNested(
  node: unknown,
  keys: readonly string[],
  value: ScalarValue,
): boolean {
  if (keys.length === 0) {
    return isScalar(node) && node.value === value;
  }
  return (
    isMap(node) &&
    node.items.length === 1 &&
    isNestedPair(node.items[0], keys, value)
  );
}

/** The same of a pair of a map. */
export function isNestedPair(
  pair: unknown,
  keys: readonly string[],
  value: ScalarValue,
): boolean {
  return (
    isPair(pair) &&
    isScalar(pair.key) &&
    pair.key.value === keys[0] &&
    isNested(pair.value, keys.slice(1), value)
  );
}

/**
 * Whether two documents are the same but for one intended change. They are compared as they are written, aliases not expanded and numbers
 * not rounded, which is stricter than comparing them as data and never grows.
 */
export function isSameBut(
  before: Document.Parsed,
  after: Document.Parsed,
  change?: IntendedChange,
): boolean {
  return isSame(before.contents, after.contents, change, 0);
}

function isSame(
  before: unknown,
  after: unknown,
  change: IntendedChange | undefined,
  depth: number,
): boolean {
  const isHere = change !== undefined && depth === change.indexes.length;
  if (isPair(before)) {
    return (
      isPair(after) &&
      isSame(before.key, after.key, undefined, 0) &&
      isSame(before.value, after.value, change, depth)
    );
  }
  if (isHere && change.how === 'replaced') {
    return anchorOf(before) === anchorOf(after) && change.isWanted(after);
  }
  if (isAlias(before)) {
    return isAlias(after) && before.source === after.source;
  }
  if (isScalar(before)) {
    return (
      isScalar(after) &&
      before.source === after.source &&
      before.type === after.type &&
      before.tag === after.tag &&
      before.anchor === after.anchor
    );
  }
  if (isCollection(before)) {
    if (
      !isCollection(after) ||
      isMap(before) !== isMap(after) ||
      isSeq(before) !== isSeq(after) ||
      before.tag !== after.tag ||
      before.anchor !== after.anchor
    ) {
      return false;
    }
    const more = isHere ? 1 : 0;
    if (after.items.length !== before.items.length + more) {
      return false;
    }
    if (isHere && !change.isWanted(after.items[before.items.length])) {
      return false;
    }
    return before.items.every((item, index) =>
      isSame(
        item,
        after.items[index],
        change && !isHere && change.indexes[depth] === index
          ? change
          : undefined,
        depth + 1,
      ),
    );
  }
  return before === after;
}

function anchorOf(node: unknown): string | undefined {
  return isScalar(node) || isCollection(node) ? node.anchor : undefined;
}
