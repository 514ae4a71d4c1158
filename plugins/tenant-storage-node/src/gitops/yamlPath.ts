import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { GitOpsError } from './gitOpsError';
import {
  keyOf,
  lineOf,
  referencedAnchors,
  refuseFaults,
  textOf,
  type YamlSource,
} from './yamlSource';

/**
 * One step of a path into a YAML document: a key, an index, or the element of a list whose keys have these values.
 *
 * @public
 */
export type YamlPathStep = string | number | { where: Record<string, string> };

/**
 * A path into a YAML document, such as `['spec', 'values', 'tenants', { where: { name: 'alpha' } }, 'quota']`.
 *
 * @public
 */
export type YamlPath = readonly YamlPathStep[];

/** Where a path leads in a document. */
export interface YamlPlace {
  /** Index of the pair or item, from the root down. */
  indexes: number[];
  /** The last node that is there; null only if the document is empty. */
  node: Node | null;
  /** What holds `node`; undefined at the root. */
  parent?: Node;
  /** The keys that are not there yet. */
  missing: string[];
}

/** A path for people: `spec.hard["requests.storage"]`. */
export function shownPath(path: YamlPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (typeof step !== 'string') {
        const conditions = Object.entries(step.where)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
        return `[${conditions}]`;
      }
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

const STANDARD_TAGS = [
  'tag:yaml.org,2002:map',
  'tag:yaml.org,2002:seq',
  'tag:yaml.org,2002:str',
];

/** The value of an element's key, as text. */
function textAt(node: unknown, key: string): string | undefined {
  if (!isMap(node)) return undefined;
  return textOf(node.items.find(pair => keyOf(pair) === key)?.value);
}

/** Whether a map, or a list of maps, that is merged into another has a key. */
function mergedHas(
  document: Document.Parsed,
  node: unknown,
  key: string,
  depth = 0,
): boolean {
  if (depth > 10) return true;
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    return target.items.some(item => mergedHas(document, item, key, depth + 1));
  }
  if (!isMap(target)) return false;
  return target.items.some(
    pair =>
      keyOf(pair) === key ||
      (keyOf(pair) === '<<' && mergedHas(document, pair.value, key, depth + 1)),
  );
}

/** The value of a map's pair, or a list's item. */
function entryAt(node: Node | null, index: number): unknown {
  if (isMap(node)) return node.items[index].value;
  return isSeq(node) ? node.items[index] : null;
}

/** Refuses a node that stands for others too, or for something that only its reader knows. */
function refuseShared(
  source: YamlSource,
  document: Document.Parsed,
  node: Node | null,
  shown: string,
): void {
  if (node === null) return;
  const file = source.file.path;
  const line = lineOf(source, node);
  if (isAlias(node)) {
    const owner = node.resolve(document);
    const ownerLine = lineOf(source, owner);
    const at = ownerLine ? ` (${file}:${ownerLine})` : '';
    throw new GitOpsError({
      code: 'aliasValue',
      file,
      line,
      problem: `${shown} repeats the value of the anchor &${node.source}${at}.`,
      remedy: `Change it there, if all places that repeat it shall change, or write the value out here first.`,
    });
  }
  if (!isScalar(node) && !isCollection(node)) return;
  if (node.tag && !STANDARD_TAGS.includes(node.tag)) {
    throw new GitOpsError({
      code: 'customTag',
      file,
      line,
      problem: `${shown} has the tag ${node.tag}, whose meaning only its reader knows.`,
      remedy: 'Change it by hand, or remove the tag first.',
    });
  }
  if (node.anchor && referencedAnchors(document).has(node.anchor)) {
    throw new GitOpsError({
      code: 'anchoredValue',
      file,
      line,
      problem: `${shown} is the anchor &${node.anchor}, which other places of the file repeat.`,
      remedy:
        'Write the value out where it is repeated, or change it by hand for all of them.',
    });
  }
}

function mergeError(
  source: YamlSource,
  map: YAMLMap,
  shown: string,
): GitOpsError {
  const merge = map.items.find(pair => keyOf(pair) === '<<');
  return new GitOpsError({
    code: 'mergeValue',
    file: source.file.path,
    line: lineOf(source, merge?.key),
    problem: `${shown} is merged in from another place by <<.`,
    remedy: 'Change it where it is written, or write it out here first.',
  });
}

/**
 * Finds where a path leads.
 *
 * @throws GitOpsError for faults of the document, for values that are somebody else's (alias, merge key, anchor, tag), and
 * `notFound` for list elements that are not there.
 */
export function yamlPlaceOf(
  source: YamlSource,
  index: number,
  path: YamlPath,
): YamlPlace {
  refuseFaults(source, index);
  const document = source.documents[index];
  const file = source.file.path;
  const indexes: number[] = [];
  let node: Node | null = document.contents;
  let parent: Node | undefined;
  refuseShared(source, document, node, 'The document');
  for (let at = 0; at < path.length; at += 1) {
    const step = path[at];
    const shown = shownPath(path.slice(0, at + 1));
    const rest = path.slice(at);
    let next = -1;
    if (typeof step === 'string') {
      if (isMap(node)) {
        next = node.items.findIndex(pair => keyOf(pair) === step);
        if (next < 0) {
          const merge = node.items.find(pair => keyOf(pair) === '<<');
          if (merge && mergedHas(document, merge.value, step)) {
            throw mergeError(source, node, shown);
          }
        }
      } else if (node !== null && !(isScalar(node) && node.value === null)) {
        throw notThatShape(source, node, path.slice(0, at), 'keys');
      }
    } else if (isSeq(node)) {
      const matches = node.items
        .map((item, position) => ({ item, position }))
        .filter(({ item, position }) =>
          typeof step === 'number'
            ? position === step
            : Object.entries(step.where).every(
                ([key, value]) => textAt(item, key) === value,
              ),
        );
      if (matches.length > 1) {
        throw new GitOpsError({
          code: 'manifestAmbiguous',
          file,
          line: lineOf(source, matches[1].item),
          problem: `${matches.length} elements of the list match ${shown}.`,
          remedy: 'Make the locator of the under cluster say which one.',
        });
      }
      next = matches[0]?.position ?? -1;
    } else if (node !== null && !(isScalar(node) && node.value === null)) {
      throw notThatShape(source, node, path.slice(0, at), 'elements');
    }
    if (next < 0) {
      const missing = rest.filter(
        (each): each is string => typeof each === 'string',
      );
      if (missing.length < rest.length) {
        throw new GitOpsError({
          code: 'notFound',
          file,
          line: lineOf(source, node),
          problem: `There is no ${shown}.`,
          remedy:
            'Add the list element by hand first, or correct the locator of the under cluster.',
        });
      }
      return { indexes, node, parent, missing };
    }
    indexes.push(next);
    parent = node ?? undefined;
    const item = entryAt(node, next);
    node = isScalar(item) || isCollection(item) || isAlias(item) ? item : null;
    refuseShared(source, document, node, shown);
  }
  return { indexes, node, parent, missing: [] };
}

function notThatShape(
  source: YamlSource,
  node: Node,
  path: YamlPath,
  what: string,
): GitOpsError {
  return new GitOpsError({
    code: 'notScalar',
    file: source.file.path,
    line: lineOf(source, node),
    problem: `${shownPath(path) || 'The document'} has no ${what}.`,
    remedy: 'Correct the path of the locator of the under cluster.',
  });
}

/** The node that a path of keys and indexes leads to, without judging it. */
export function nodeAt(
  root: unknown,
  path: ReadonlyArray<string | number>,
): Node | undefined {
  let node: unknown = root;
  for (const step of path) {
    if (isMap(node)) {
      node = node.items.find(pair => keyOf(pair) === step)?.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
    } else {
      return undefined;
    }
  }
  return isScalar(node) || isCollection(node) || isAlias(node)
    ? node
    : undefined;
}

/** The text of the scalar that a path leads to; numbers as they are written. */
export function scalarAt(
  root: unknown,
  path: ReadonlyArray<string | number>,
): string | undefined {
  return textOf(nodeAt(root, path));
}
