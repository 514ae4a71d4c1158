import { InputError } from '@backstage/errors';

/** A value to sort by; null is not known and comes last, whichever way. */
export type SortValue = string | number | bigint | null;

/** How to sort: by a value, and by a name that no two items share. */
export interface SortOrder<T> {
  /** As the request names it; a cursor is good for the same name only. */
  name: string;
  by(item: T): SortValue;
  /** Names, compared one after the other whenever values are the same. */
  tieBreak(item: T): readonly string[];
  descending?: boolean;
}

/** What to keep of a list, in which order, and which part. */
export interface PageRequest<T> {
  /** Text that one of an item's texts has to contain, ignoring case. */
  search?: { text: string; of(item: T): ReadonlyArray<string | null> };
  /** All of them have to be true. */
  filters?: ReadonlyArray<(item: T) => boolean>;
  sort: SortOrder<T>;
  /** How many items at most. */
  limit: number;
  /** nextCursor of the page before. */
  cursor?: string;
}

/** Part of a list. */
export interface Page<T> {
  items: T[];
  /** How many there are on all pages together. */
  total: number;
  nextCursor: string | null;
}

interface Position {
  value: SortValue;
  names: readonly string[];
}

function compareValues(
  a: SortValue,
  b: SortValue,
  descending: boolean,
): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  if (a === b) {
    return 0;
  }
  return a < b === descending ? 1 : -1;
}

function comparePositions(
  a: Position,
  b: Position,
  descending: boolean,
): number {
  const byValue = compareValues(a.value, b.value, descending);
  if (byValue !== 0) {
    return byValue;
  }
  for (let i = 0; i < a.names.length; i++) {
    if (a.names[i] !== b.names[i]) {
      return a.names[i] < (b.names[i] ?? '') ? -1 : 1;
    }
  }
  return 0;
}

function orderName<T>(sort: SortOrder<T>): string {
  return `${sort.descending ? '-' : ''}${sort.name}`;
}

/** The position after which the next page begins, so that what comes and goes in between neither repeats nor hides items. */
function encodeCursor<T>(sort: SortOrder<T>, position: Position): string {
  const { value } = position;
  const typed =
    typeof value === 'bigint' ? ['bigint', `${value}`] : [typeof value, value];
  return Buffer.from(
    JSON.stringify([1, orderName(sort), typed, position.names]),
  ).toString('base64url');
}

function malformed(): InputError {
  return new InputError(
    'Query parameter "cursor" has to be nextCursor of the page before, with the same other parameters',
  );
}

function decodeCursor<T>(sort: SortOrder<T>, cursor: string): Position {
  let content: unknown;
  try {
    if (!/^[A-Za-z0-9_-]+$/.test(cursor)) throw malformed();
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw malformed();
  }
  if (
    !Array.isArray(content) ||
    content.length !== 4 ||
    content[0] !== 1 ||
    content[1] !== orderName(sort) ||
    !Array.isArray(content[2]) ||
    content[2].length !== 2 ||
    !Array.isArray(content[3]) ||
    content[3].length > 4 ||
    !content[3].every((name: unknown) => typeof name === 'string')
  ) {
    throw malformed();
  }
  const [type, value]: unknown[] = content[2];
  const names: string[] = content[3];
  if (type === 'bigint') {
    if (typeof value !== 'string' || !/^-?\d{1,40}$/.test(value)) {
      throw malformed();
    }
    return { value: BigInt(value), names };
  }
  if (type === 'object' && value === null) {
    return { value, names };
  }
  if (type === 'string' && typeof value === 'string') {
    return { value, names };
  }
  if (type === 'number' && typeof value === 'number') {
    return { value, names };
  }
  throw malformed();
}

/**
 * Searches, filters, sorts and cuts a list. The order is total, unknown values come last either way, and names break ties.
 *
 * @throws InputError naming `cursor` if it is none, or is for another order.
 */
export function pageOf<T>(
  items: Iterable<T>,
  request: PageRequest<T>,
): Page<T> {
  const { search, filters = [], sort, limit, cursor } = request;
  const descending = sort.descending === true;
  const after = cursor === undefined ? undefined : decodeCursor(sort, cursor);
  const needle = search?.text.toLowerCase() ?? '';
  const kept: Array<Position & { item: T }> = [];
  for (const item of items) {
    if (
      filters.every(filter => filter(item)) &&
      (needle === '' ||
        !search ||
        search.of(item).some(text => text?.toLowerCase().includes(needle)))
    ) {
      kept.push({ item, value: sort.by(item), names: sort.tieBreak(item) });
    }
  }
  kept.sort((a, b) => comparePositions(a, b, descending));
  const start = after
    ? kept.findIndex(each => comparePositions(each, after, descending) > 0)
    : 0;
  const page = start < 0 ? [] : kept.slice(start, start + limit);
  const last = page[page.length - 1];
  return {
    items: page.map(({ item }) => item),
    total: kept.length,
    nextCursor:
      last && start + limit < kept.length ? encodeCursor(sort, last) : null,
  };
}
