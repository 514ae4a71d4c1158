import { isDeepStrictEqual } from 'node:util';
import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { GitOpsError } from './gitOpsError';
import { dataAt } from './plainData';
import {
  contentEnd,
  flowAppend,
  hasRange,
  indentOf,
  indentStep,
  isFlow,
  linesAfter,
  notPossible,
  setYamlValue,
  type Splice,
} from './yamlEdit';
import { nodeAt, shownPath, yamlPlaceOf, type YamlPath } from './yamlPath';
import { refuseFaults, yamlSourceOf, type YamlSource } from './yamlSource';

/**
 * Plain YAML data: what a value of a manifest may be.
 *
 * @public
 */
export type YamlData =
  | string
  | number
  | boolean
  | readonly YamlData[]
  | { readonly [key: string]: YamlData };

type Step = string | number;

/** Aliases are few in manifests; more than that is an attack. */
const READING = { maxAliasCount: 100 };

/** A document as plain data. */
export function documentData(source: YamlSource, index: number): unknown {
  const document = source.documents[index];
  try {
    return document.toJS(READING);
  } catch (error) {
    // What can't be expanded is refused with its line.
    refuseFaults(source, index);
    throw new GitOpsError({
      code: 'aliasBomb',
      file: source.file.path,
      problem: `The file can't be read as data: ${
        error instanceof Error ? error.message : 'nobody knows why'
      }.`,
      remedy: 'Write out what it repeats.',
    });
  }
}

function isScalarData(value: YamlData): value is string | number | boolean {
  return typeof value !== 'object';
}

function isEmptyData(value: YamlData): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Whether lists of the file are indented below their key. */
function indentsLists(source: YamlSource): boolean {
  const found = /^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n( *)- /m.exec(
    source.file.text,
  );
  return !found || found[2].length > found[1].length;
}

function printed(source: YamlSource, value: YamlData, flow: boolean): string {
  const document = new Document(value, {
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  if (flow && isCollection(document.contents)) document.contents.flow = true;
  return document
    .toString({
      lineWidth: 0,
      indent: Math.max(indentStep(source), 2),
      indentSeq: indentsLists(source),
      ...(flow && { collectionStyle: 'flow' as const }),
    })
    .trimEnd();
}

/** A value on one line. */
function flowText(source: YamlSource, value: YamlData): string {
  return /\.json$/i.test(source.file.path)
    ? JSON.stringify(value)
    : printed(source, value, true).replace(/\s*\n\s*/g, ' ');
}

/** A value as lines of block style. */
function blockLines(
  source: YamlSource,
  value: YamlData,
  indent: number,
): string[] {
  const pad = ' '.repeat(indent);
  return printed(source, value, false)
    .split('\n')
    .map(line => (line === '' ? line : pad + line));
}

/** Index steps instead of `where`. */
function exactPath(
  source: YamlSource,
  index: number,
  path: YamlPath,
): { steps: Step[]; indexes: number[]; missing: string[] } {
  const { indexes, missing } = yamlPlaceOf(source, index, path);
  const steps = path.map((step, at) =>
    typeof step === 'object' ? indexes[at] : step,
  );
  return { steps, indexes, missing };
}

function withValue(data: unknown, steps: Step[], value: unknown): unknown {
  if (steps.length === 0) return value;
  const [step, ...rest] = steps;
  if (typeof step === 'number') {
    const list = Array.isArray(data) ? [...(data as unknown[])] : [];
    list[step] = withValue(list[step], rest, value);
    return list;
  }
  const map = (data ?? {}) as Record<string, unknown>;
  return {
    ...map,
    [step]: withValue(
      Object.hasOwn(map, step) ? map[step] : undefined,
      rest,
      value,
    ),
  };
}

function withoutValue(data: unknown, steps: Step[]): unknown {
  const [step, ...rest] = steps;
  if (Array.isArray(data)) {
    return rest.length === 0
      ? data.filter((_, at) => at !== step)
      : data.map((each: unknown, at) =>
          at === step ? withoutValue(each, rest) : each,
        );
  }
  return Object.fromEntries(
    Object.entries((data ?? {}) as Record<string, unknown>).flatMap(
      ([key, each]) => {
        if (key !== step) return [[key, each]];
        return rest.length === 0 ? [] : [[key, withoutValue(each, rest)]];
      },
    ),
  );
}

/** Applies a splice and proves that the documents read as expected from the result. */
function proven(
  source: YamlSource,
  splice: Splice,
  expected: readonly unknown[],
  refusal: () => GitOpsError,
): string {
  const { text, path } = source.file;
  const changed =
    text.slice(0, splice.start) + splice.text + text.slice(splice.end);
  const after = yamlSourceOf({ path, text: changed });
  const isProven =
    after.documents.length === expected.length &&
    after.documents.every(
      (document, index) =>
        document.errors.length === 0 &&
        isDeepStrictEqual(document.toJS(READING), expected[index]),
    );
  if (!isProven) throw refusal();
  return changed;
}

function allData(source: YamlSource): unknown[] {
  return source.documents.map((_, index) => documentData(source, index));
}

function expectedWith(
  source: YamlSource,
  index: number,
  change: (data: unknown) => unknown,
): unknown[] {
  return allData(source).map((data, at) =>
    at === index ? change(data) : data,
  );
}

function isInFlow(root: unknown, steps: Step[]): boolean {
  return steps.some((_, length) =>
    isFlow(nodeAt(root, steps.slice(0, length))),
  );
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function pairOf(parent: unknown, step: Step): Pair | undefined {
  return isMap(parent) && typeof step === 'string'
    ? parent.items.find(({ key }) => isScalar(key) && key.value === step)
    : undefined;
}

function isOnOneLine(text: string, start: number, end: number): boolean {
  return !text.slice(start, end).includes('\n');
}

/** The comment between a key and a value that begins on a later line. */
function commentBeside(text: string, start: number, value: unknown): string {
  if (!hasRange(value) || isOnOneLine(text, start, value.range[0])) return '';
  return /^[ \t]+#[^\r\n]*/.exec(text.slice(start))?.[0] ?? '';
}

/** Beyond the blanks at the end of a line, so that none are left over; the same offset where something follows. */
function blankEnd(text: string, offset: number): number {
  const blanks = /^[ \t]+(?=\r?\n|$)/.exec(text.slice(offset))?.[0] ?? '';
  return offset + blanks.length;
}

/** Instead of what a key or an entry has now. */
function replacement(
  source: YamlSource,
  root: unknown,
  steps: Step[],
  value: YamlData,
): Splice | undefined {
  const { text } = source.file;
  const step = steps[steps.length - 1];
  const parent = steps.length === 1 ? root : nodeAt(root, steps.slice(0, -1));
  const node = nodeAt(root, steps);
  const isOneLine =
    isScalarData(value) || isEmptyData(value) || isInFlow(root, steps);
  const eol = eolOf(text);
  if (isMap(parent)) {
    const pair = pairOf(parent, step);
    if (!pair || !hasRange(pair.key)) return undefined;
    const colon = text.indexOf(':', pair.key.range[1]);
    if (colon < 0) return undefined;
    // Nothing at all has its place anywhere up to the next key.
    const isNothing =
      hasRange(pair.value) && pair.value.range[0] === pair.value.range[1];
    const end = isNothing
      ? colon + 1
      : Math.max(contentEnd(text, pair.value) ?? 0, colon + 1);
    // What is said beside the key is said of whatever it has.
    const beside = isNothing ? '' : commentBeside(text, colon + 1, pair.value);
    if (isOneLine) {
      return {
        start: colon + 1,
        end: blankEnd(text, end),
        text: ` ${flowText(source, value)}${beside}${
          text[end - 1] === '\n' ? eol : ''
        }`,
      };
    }
    const indent = indentOf(parent);
    if (indent === undefined) return undefined;
    // A list stays where the one before it is.
    const column =
      isSeq(node) && !isFlow(node) && node.items.length > 0
        ? indentOf(node)
        : undefined;
    const isFlatList =
      Array.isArray(value) &&
      (column === undefined ? !indentsLists(source) : column === indent);
    const lines = blockLines(
      source,
      value,
      isFlatList ? indent : indent + indentStep(source),
    );
    const after = isOnOneLine(text, colon, end)
      ? /^[ \t]+#[^\r\n]*/.exec(text.slice(end))?.[0] ?? ''
      : '';
    return {
      start: colon + 1,
      end: blankEnd(text, end + after.length),
      text:
        beside +
        after +
        lines.map(line => eol + line).join('') +
        (text[end - 1] === '\n' ? eol : ''),
    };
  }
  if (!isSeq(parent) || !hasRange(node)) return undefined;
  const end = contentEnd(text, node);
  if (end === undefined) return undefined;
  const [start] = node.range;
  if (isOneLine) return { start, end, text: flowText(source, value) };
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const [first, ...rest] = blockLines(source, value, column);
  return { start, end, text: [first.slice(column), ...rest].join(eol) };
}

/** Keys that are not there yet, below a map that is, or below a key without a value. */
function addition(
  source: YamlSource,
  root: unknown,
  there: Step[],
  missing: readonly string[],
  value: YamlData,
): Splice | undefined {
  const { text } = source.file;
  const whole = missing.reduceRight<YamlData>(
    (inner, key) => ({ [key]: inner }),
    value,
  );
  const node = there.length === 0 ? root : nodeAt(root, there);
  if (isMap(node) && node.items.length > 0 && !isFlow(node)) {
    const indent = indentOf(node);
    const end = contentEnd(text, node);
    return indent === undefined || end === undefined
      ? undefined
      : linesAfter(text, end, blockLines(source, whole, indent));
  }
  if (isMap(node) && node.items.length > 0) {
    const entry = flowText(source, whole).replace(/^\{\s*|\s*\}$/g, '');
    return flowAppend(source, node, entry);
  }
  return there.length === 0
    ? undefined
    : replacement(source, root, there, whole);
}

/**
 * Sets a value, a list or a map in one document of a file, instead of what is there or below its siblings. No other byte changes.
 *
 * @returns the same text if the data is there already.
 * @throws GitOpsError as {@link setYamlValue}.
 */
export function setYamlData(
  source: YamlSource,
  index: number,
  path: YamlPath,
  value: YamlData,
): string {
  const { steps, indexes, missing } = exactPath(source, index, path);
  const root = source.documents[index].contents;
  const node = nodeAt(root, steps);
  const isNew = missing.length > 0;
  if (isScalarData(value) && (isNew || isScalar(node))) {
    return setYamlValue(source, index, path, value).text;
  }
  const now = isNew ? undefined : node?.toJS(source.documents[index], READING);
  if (!isNew && isDeepStrictEqual(now, value)) return source.file.text;
  const splice = isNew
    ? addition(source, root, steps.slice(0, indexes.length), missing, value)
    : replacement(source, root, steps, value);
  const refusal = () =>
    notPossible(source, node ?? root, shownPath(path) || 'The document');
  if (!splice) throw refusal();
  return proven(
    source,
    splice,
    expectedWith(source, index, data => withValue(data, steps, value)),
    refusal,
  );
}

/** An entry of a list whose dashes are in a column, on lines of its own. */
function entryLines(
  source: YamlSource,
  value: YamlData,
  indent: number,
): string[] {
  const entry = blockLines(source, [value], 0);
  const shift = / *-/.exec(entry[0])![0].length - 1;
  return entry.map(line => ' '.repeat(indent) + line.slice(shift));
}

/**
 * Adds an entry at the end of a list, and the list if there is none yet.
 *
 * @throws GitOpsError as {@link setYamlValue}.
 */
export function appendYamlData(
  source: YamlSource,
  index: number,
  path: YamlPath,
  value: YamlData,
): string {
  const { steps, missing } = exactPath(source, index, path);
  const root = source.documents[index].contents;
  const node = missing.length > 0 ? undefined : nodeAt(root, steps);
  if (!isSeq(node) || node.items.length === 0) {
    return setYamlData(source, index, path, [value]);
  }
  const refusal = () => notPossible(source, node, shownPath(path));
  const end = contentEnd(source.file.text, node);
  const indent = indentOf(node);
  let splice: Splice | undefined;
  if (isFlow(node)) {
    splice = flowAppend(source, node, flowText(source, value));
  } else if (end !== undefined && indent !== undefined) {
    splice = linesAfter(
      source.file.text,
      end,
      entryLines(source, value, indent),
    );
  }
  if (!splice) throw refusal();
  return proven(
    source,
    splice,
    expectedWith(source, index, data =>
      withValue(data, [...steps, node.items.length], value),
    ),
    refusal,
  );
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function afterLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const next = text.indexOf('\n', offset);
  return next < 0 ? text.length : next + 1;
}

/** Where the comment lines right above an offset begin, if they stand in its column. */
function withCommentsAbove(text: string, start: number, indent: number) {
  let from = start;
  while (from > 0) {
    const above = lineStart(text, from - 1);
    const line = text.slice(above, from);
    const column = /^ *#/.exec(line)?.[0].length;
    if (column === undefined || column - 1 !== indent) break;
    from = above;
  }
  return from;
}

function entryOf(collection: YAMLMap | YAMLSeq, at: number): unknown {
  return collection.items[at];
}

function startOf(entry: unknown): number | undefined {
  const node = isPair(entry) ? entry.key : entry;
  return hasRange(node) ? node.range[0] : undefined;
}

function removal(
  source: YamlSource,
  collection: YAMLMap | YAMLSeq,
  at: number,
): Splice | undefined {
  const { text } = source.file;
  const entry = entryOf(collection, at);
  const start = startOf(entry);
  const end = contentEnd(text, entry) ?? start;
  if (start === undefined || end === undefined) return undefined;
  const next = startOf(entryOf(collection, at + 1));
  if (isFlow(collection)) {
    if (next !== undefined) return { start, end: next, text: '' };
    const before = contentEnd(text, entryOf(collection, at - 1));
    return before === undefined ? undefined : { start: before, end, text: '' };
  }
  const marker = isSeq(collection) ? text.lastIndexOf('-', start - 1) : start;
  const begin = lineStart(text, marker);
  if (text.slice(begin, marker).trim() !== '') {
    // The first key beside a dash: what follows moves up to it, a comment in between, too.
    if (!isMap(collection) || next === undefined || at > 0) return undefined;
    const line = afterLine(text, end);
    const blanks = /^\s*/.exec(text.slice(line, next))?.[0] ?? '';
    return { start, end: Math.min(line + blanks.length, next), text: '' };
  }
  return {
    // Above the first entry stands what is said of all of them.
    start: at === 0 ? begin : withCommentsAbove(text, begin, marker - begin),
    end: afterLine(text, end),
    text: '',
  };
}

/**
 * Takes out a key with its value, or an entry of a list, with the comment lines right above it. What becomes empty by that stays, as `{}` or `[]`.
 *
 * @returns the same text if it is not there.
 * @throws GitOpsError as {@link setYamlValue}.
 */
export function removeYamlData(
  source: YamlSource,
  index: number,
  path: YamlPath,
): string {
  const { steps, indexes, missing } = exactPath(source, index, path);
  if (missing.length > 0) return source.file.text;
  const root = source.documents[index].contents;
  const above = steps.slice(0, -1);
  const parent: unknown = above.length === 0 ? root : nodeAt(root, above);
  const refusal = () => notPossible(source, parent as Node, shownPath(path));
  if (!isMap(parent) && !isSeq(parent)) throw refusal();
  if (parent.items.length === 1 && above.length > 0) {
    return setYamlData(
      source,
      index,
      path.slice(0, -1),
      isMap(parent) ? {} : [],
    );
  }
  const splice = removal(source, parent, indexes[indexes.length - 1]);
  if (!splice) throw refusal();
  return proven(
    source,
    splice,
    expectedWith(source, index, data => withoutValue(data, steps)),
    refusal,
  );
}

/** Where a document is in its file, with the comments before it and its `---`. */
function documentRange(
  source: YamlSource,
  index: number,
  refusal: () => GitOpsError,
): { start: number; end: number } {
  const { text } = source.file;
  const marks = [...text.matchAll(/^---(?=\s|$)/gm)].map(
    ({ index: offset }) => offset,
  );
  const hasFirst =
    marks.length === source.documents.length - 1 ? [0, ...marks] : marks;
  if (hasFirst.length !== source.documents.length) throw refusal();
  // A byte order mark is the file's, not the document's.
  const start =
    hasFirst[index] === 0 && text.startsWith('\ufeff') ? 1 : hasFirst[index];
  let end = hasFirst[index + 1] ?? text.length;
  if (index === 0 && hasFirst !== marks && marks.length > 0) {
    end = afterLine(text, end + 1);
  }
  return { start, end };
}

/**
 * Adds an entry before the first one of a list that has its entries on lines of their own.
 *
 * @returns undefined for any other list.
 * @throws GitOpsError as {@link setYamlValue}.
 */
export function prependYamlData(
  source: YamlSource,
  index: number,
  path: YamlPath,
  value: YamlData,
): string | undefined {
  const { steps, missing } = exactPath(source, index, path);
  const node =
    missing.length > 0
      ? undefined
      : nodeAt(source.documents[index].contents, steps);
  if (!isSeq(node) || isFlow(node)) return undefined;
  const [first] = node.items;
  const indent = indentOf(node);
  if (!hasRange(first) || indent === undefined) return undefined;
  const { text } = source.file;
  const start = withCommentsAbove(
    text,
    lineStart(text, first.range[0]),
    indent,
  );
  const added = entryLines(source, value, indent).map(
    line => `${line}${eolOf(text)}`,
  );
  return proven(
    source,
    { start, end: start, text: added.join('') },
    expectedWith(source, index, data =>
      withValue(data, steps, [value, ...(dataAt(data, steps) as unknown[])]),
    ),
    () => notPossible(source, node, shownPath(path)),
  );
}

/** Whether nothing else is in its file. */
export function isOnlyDocument(source: YamlSource, index: number): boolean {
  return allData(source).every((data, at) => at === index || data === null);
}

/**
 * Takes a whole document out of a file with several.
 *
 * @returns undefined if it is the only one with anything in it: the file goes.
 * @throws GitOpsError `onlyIntendedPathMayDiffer` where the documents can't be told apart for certain.
 */
export function removeYamlDocument(
  source: YamlSource,
  index: number,
): string | undefined {
  if (isOnlyDocument(source, index)) return undefined;
  const refusal = () =>
    notPossible(source, source.documents[index].contents, 'The document');
  return proven(
    source,
    { ...documentRange(source, index, refusal), text: '' },
    allData(source).filter((_, at) => at !== index),
    refusal,
  );
}

/**
 * A document as it is written, with its comments, for another file: without `---`, and with the line ends of new files.
 *
 * @returns undefined where it would be another one by itself.
 * @throws GitOpsError `onlyIntendedPathMayDiffer` where the documents can't be told apart for certain.
 */
export function yamlDocumentText(
  source: YamlSource,
  index: number,
): string | undefined {
  const { start, end } = documentRange(source, index, () =>
    notPossible(source, source.documents[index].contents, 'The document'),
  );
  const text = source.file.text
    .slice(isOnlyDocument(source, index) ? 0 : start, end)
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    // What begins or ends a document; a comment beside that is kept.
    .replace(/^(---|\.\.\.)(?=\s|$)[ \t]*\n?/gm, '')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  const [document, ...others] = parseAllDocuments(text);
  const isSame =
    others.length === 0 &&
    document !== undefined &&
    'errors' in document &&
    document.errors.length === 0 &&
    isDeepStrictEqual(document.toJS(), documentData(source, index));
  return isSame ? `${text}\n` : undefined;
}

/** The text of a file with more documents at its end. */
export function withYamlDocuments(
  { file: { text } }: YamlSource,
  documents: readonly string[],
): string {
  const lineEnd = eolOf(text);
  const added = documents.map(document =>
    `---\n${document}`.replace(/\n/g, lineEnd),
  );
  return [text.endsWith('\n') ? text : `${text}${lineEnd}`, ...added].join('');
}
