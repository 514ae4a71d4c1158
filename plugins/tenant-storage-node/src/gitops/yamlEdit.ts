import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { GitOpsError } from './gitOpsError';
import {
  isNested,
  isNestedPair,
  isSameBut,
  type IntendedChange,
} from './yamlComparison';
import { shownPath, yamlPlaceOf, type YamlPath } from './yamlPath';
import { scalarText, type ScalarQuotes, type ScalarValue } from './yamlScalar';
import {
  lineAt,
  lineOf,
  textOf,
  yamlSourceOf,
  type YamlSource,
} from './yamlSource';

/** Some bytes for others. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** A file with one value changed. */
export interface YamlEdit {
  /** The whole text of the file after the change. */
  text: string;
  /** What was there, as text; undefined if nothing was. */
  before?: string;
  /** The line of the change, counted from 1. */
  line: number;
}

export function hasRange(
  node: unknown,
): node is { range: [number, number, number] } & Node {
  const { range } = (node ?? {}) as { range?: unknown };
  return Array.isArray(range);
}

export function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}

/** The column that a block collection's entries start at. */
export function indentOf(node: YAMLMap | YAMLSeq): number | undefined {
  const token = node.srcToken;
  return token && 'indent' in token ? token.indent : undefined;
}

/** How far the keys of the first map inside a map are indented; 0 if there is none. */
function indentStepIn(document: Document.Parsed): number {
  let step = 0;
  visit(document, {
    Map(_, map, path) {
      const above = path.filter(isMap).at(-1);
      const inner = isFlow(map) ? undefined : indentOf(map);
      const outer = above && indentOf(above);
      if (inner === undefined || outer === undefined || path.some(isSeq)) {
        return undefined;
      }
      step = inner - outer;
      return visit.BREAK;
    },
  });
  return step;
}

/** The file's own step of indentation. */
export function indentStep(source: YamlSource): number {
  return source.documents.map(indentStepIn).find(step => step > 0) ?? 2;
}

/** Where what is written of a node ends, comments after it not counted. */
export function contentEnd(text: string, node: unknown): number | undefined {
  if (isPair(node)) {
    const value = contentEnd(text, node.value);
    const key = contentEnd(text, node.key);
    return value === undefined || key === undefined
      ? value ?? key
      : Math.max(value, key);
  }
  if (isCollection(node) && !isFlow(node) && node.items.length > 0) {
    return contentEnd(text, node.items[node.items.length - 1]);
  }
  return hasRange(node) ? node.range[1] : undefined;
}

/** The line end that the file uses near an offset. */
function lineEndNear(text: string, offset: number): string {
  const after = text.indexOf('\n', offset);
  const at = after >= 0 ? after : text.lastIndexOf('\n', offset);
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Puts lines after the line that `end` is on. */
export function linesAfter(text: string, end: number, lines: string[]): Splice {
  const eol = lineEndNear(text, end);
  if (text[end - 1] === '\n') {
    // A block scalar's range has its last line end in it.
    return { start: end, end, text: lines.map(each => each + eol).join('') };
  }
  const next = text.indexOf('\n', end);
  return next < 0
    ? {
        start: text.length,
        end: text.length,
        text: lines.map(each => eol + each).join(''),
      }
    : {
        start: next + 1,
        end: next + 1,
        text: lines.map(each => each + eol).join(''),
      };
}

/** A file that JSON's readers read too: there, all text has double quotes. */
function isJson(source: YamlSource): boolean {
  return /\.json$/i.test(source.file.path);
}

/** Keys inside each other around a value, as lines of block style. */
function nestedLines(
  keys: readonly string[],
  value: ScalarValue,
  indent: number,
  step: number,
): string[] {
  return keys.map((key, depth) => {
    const start = `${' '.repeat(indent + depth * step)}${scalarText(key)}:`;
    return depth === keys.length - 1 ? `${start} ${scalarText(value)}` : start;
  });
}

/** The same in flow style, without the outermost brackets. */
function nestedFlow(
  source: YamlSource,
  keys: readonly string[],
  value: ScalarValue,
): string {
  const quotes = isJson(source) ? 'double' : 'none';
  const [key, ...rest] = keys;
  const inner =
    rest.length === 0
      ? scalarText(value, quotes)
      : `{ ${nestedFlow(source, rest, value)} }`;
  return `${scalarText(key, quotes)}: ${inner}`;
}

/** Adds an entry at the end of a collection in flow style. */
export function flowAppend(
  source: YamlSource,
  node: YAMLMap | YAMLSeq,
  entry: string,
): Splice | undefined {
  const { text } = source.file;
  if (!hasRange(node)) return undefined;
  const close = node.range[1] - 1;
  if (node.items.length === 0) {
    const start = node.range[0] + 1;
    const spaced = isMap(node) ? ` ${entry}` : entry;
    return {
      start,
      end: start,
      text: isMap(node) && text[start] === '}' ? `${spaced} ` : spaced,
    };
  }
  const end = contentEnd(text, node.items[node.items.length - 1]);
  if (end === undefined) return undefined;
  const between = text.slice(end, close).replace(/#.*/g, each => {
    return ' '.repeat(each.length);
  });
  const comma = between.indexOf(',');
  return comma < 0
    ? { start: end, end, text: `, ${entry}` }
    : { start: end + comma + 1, end: end + comma + 1, text: ` ${entry}` };
}

function quotesOf(source: YamlSource, node: unknown): ScalarQuotes {
  if (isJson(source)) return 'double';
  if (isScalar(node) && node.type === 'QUOTE_DOUBLE') return 'double';
  if (isScalar(node) && node.type === 'QUOTE_SINGLE') return 'single';
  return 'none';
}

/** Puts text where nothing was written: after a colon, or after the dash of a list. */
function intoNothing(text: string, offset: number, written: string): Splice {
  const before = offset > 0 && !/\s/.test(text[offset - 1]) ? ' ' : '';
  const after =
    offset < text.length && !/[\s,\]}]/.test(text[offset]) ? ' ' : '';
  return { start: offset, end: offset, text: `${before}${written}${after}` };
}

function replaceScalar(
  source: YamlSource,
  node: Node,
  written: string,
): Splice | undefined {
  const { text } = source.file;
  if (!hasRange(node)) return undefined;
  const [start, end] = node.range;
  const old = text.slice(start, end);
  if (old === '') {
    return intoNothing(text, start, written);
  }
  const block =
    isScalar(node) && node.type?.startsWith('BLOCK_')
      ? /^[|>][-+0-9]*([ \t]+#[^\r\n]*)?/.exec(old)
      : null;
  if (block) {
    const eol = /\r?\n$/.exec(old)?.[0] ?? '';
    return { start, end, text: `${written}${block[1] ?? ''}${eol}` };
  }
  return { start, end, text: written };
}

export function notPossible(
  source: YamlSource,
  node: unknown,
  shown: string,
): GitOpsError {
  return new GitOpsError({
    code: 'onlyIntendedPathMayDiffer',
    file: source.file.path,
    line: lineOf(source, node),
    problem: `${shown} can't be changed without touching something else.`,
    remedy: 'Change it by hand.',
  });
}

/** Applies a splice and proves that nothing but the intended change is read from the result. */
function proven(
  source: YamlSource,
  index: number,
  splice: Splice,
  change: IntendedChange,
  refusal: () => GitOpsError,
): string {
  const { text, path } = source.file;
  const changed =
    text.slice(0, splice.start) + splice.text + text.slice(splice.end);
  const after = yamlSourceOf({ path, text: changed });
  const isProven =
    after.documents.length === source.documents.length &&
    after.documents[index].errors.length === 0 &&
    after.documents.every((document, each) =>
      isSameBut(
        source.documents[each],
        document,
        each === index ? change : undefined,
      ),
    );
  if (!isProven) throw refusal();
  return changed;
}

/**
 * Sets a value in one document of a file. Only the value's own bytes change; a new key becomes a line below its siblings.
 *
 * @returns the same text if the value is there already.
 * @throws GitOpsError if the path is not there, leads to more than a value, is somebody else's, or if anything else would change.
 */
export function setYamlValue(
  source: YamlSource,
  index: number,
  path: YamlPath,
  value: ScalarValue,
): YamlEdit {
  const { text } = source.file;
  const shown = shownPath(path);
  const place = yamlPlaceOf(source, index, path);
  const { node, parent, missing, indexes } = place;
  const refusal = () => notPossible(source, node, shown);
  let splice: Splice | undefined;
  let change: IntendedChange;
  if (missing.length === 0) {
    if (!isScalar(node)) {
      throw new GitOpsError({
        code: 'notScalar',
        file: source.file.path,
        line: lineOf(source, node),
        problem: `${shown} is no single value.`,
        remedy: 'Correct the path of the locator of the under cluster.',
      });
    }
    const before = textOf(node);
    // 0755 without quotes is the same text to this reader, and another value to a YAML 1.1 reader.
    const isUnmistakable =
      node.type !== 'PLAIN' || scalarText(value) === node.source;
    if (node.value === value && isUnmistakable) {
      return { text, before, line: lineOf(source, node) ?? 1 };
    }
    splice = replaceScalar(
      source,
      node,
      scalarText(value, quotesOf(source, node)),
    );
    change = {
      indexes,
      how: 'replaced',
      isWanted: entry => isNested(entry, [], value),
    };
    if (!splice) throw refusal();
    return {
      text: proven(source, index, splice, change, refusal),
      before,
      line: lineAt(source, splice.start),
    };
  }
  if (isMap(node)) {
    change = {
      indexes,
      how: 'appended',
      isWanted: entry => isNestedPair(entry, missing, value),
    };
    splice = appendToMap(source, node, missing, value);
  } else {
    change = {
      indexes,
      how: 'replaced',
      isWanted: entry => isNested(entry, missing, value),
    };
    splice = fillEmpty(source, node, parent, missing, value);
  }
  if (!splice) throw refusal();
  return {
    text: proven(source, index, splice, change, refusal),
    line: lineAt(source, splice.start),
  };
}

function appendToMap(
  source: YamlSource,
  map: YAMLMap,
  keys: readonly string[],
  value: ScalarValue,
): Splice | undefined {
  if (isFlow(map) || map.items.length === 0) {
    return flowAppend(source, map, nestedFlow(source, keys, value));
  }
  const { text } = source.file;
  const indent = indentOf(map);
  const end = contentEnd(text, map);
  if (indent === undefined || end === undefined) return undefined;
  return linesAfter(
    text,
    end,
    nestedLines(keys, value, indent, indentStep(source)),
  );
}

/** Puts keys where a key has no value yet, or null. */
function fillEmpty(
  source: YamlSource,
  node: Node | null,
  parent: Node | undefined,
  keys: readonly string[],
  value: ScalarValue,
): Splice | undefined {
  const { text } = source.file;
  if (!isScalar(node) || !hasRange(node) || isAlias(node)) {
    return undefined;
  }
  const [start, end] = node.range;
  const indent =
    isMap(parent) && !isFlow(parent) ? indentOf(parent) : undefined;
  if (start === end && indent !== undefined && !node.anchor && !node.tag) {
    const step = indentStep(source);
    return linesAfter(
      text,
      start,
      nestedLines(keys, value, indent + step, step),
    );
  }
  return replaceScalar(source, node, `{ ${nestedFlow(source, keys, value)} }`);
}

/**
 * Adds a text at the end of a list of a document, and the list if there is none yet.
 *
 * @returns the same text if the list has it already.
 * @throws GitOpsError as {@link setYamlValue}.
 */
export function appendToYamlList(
  source: YamlSource,
  index: number,
  key: string,
  entry: string,
): YamlEdit {
  const { text } = source.file;
  const { node, missing, indexes } = yamlPlaceOf(source, index, [key]);
  const refusal = () => notPossible(source, node, key);
  const isEntry = (each: unknown) => isScalar(each) && each.value === entry;
  let splice: Splice | undefined;
  let change: IntendedChange;
  if (missing.length === 0 && isSeq(node)) {
    const there = node.items.find(isEntry);
    if (there) {
      return { text, before: entry, line: lineOf(source, there) ?? 1 };
    }
    change = { indexes, how: 'appended', isWanted: isEntry };
    if (isFlow(node)) {
      splice = flowAppend(source, node, scalarText(entry));
    } else {
      const indent = indentOf(node);
      const end = contentEnd(text, node);
      splice =
        indent === undefined || end === undefined
          ? undefined
          : linesAfter(text, end, [
              `${' '.repeat(indent)}- ${scalarText(entry)}`,
            ]);
    }
  } else if (missing.length === 0 && isScalar(node) && node.value === null) {
    const isList = (each: unknown) =>
      isSeq(each) && each.items.length === 1 && isEntry(each.items[0]);
    change = { indexes, how: 'replaced', isWanted: isList };
    splice =
      hasRange(node) && node.range[0] === node.range[1]
        ? linesAfter(text, node.range[0], [`  - ${scalarText(entry)}`])
        : replaceScalar(source, node, `[${scalarText(entry)}]`);
  } else if (missing.length === 1 && isMap(node)) {
    const isPairOfList = (each: unknown) =>
      isPair(each) &&
      isScalar(each.key) &&
      each.key.value === key &&
      isSeq(each.value) &&
      each.value.items.length === 1 &&
      isEntry(each.value.items[0]);
    change = { indexes, how: 'appended', isWanted: isPairOfList };
    const end = contentEnd(text, node);
    splice =
      isFlow(node) || end === undefined
        ? flowAppend(source, node, `${key}: [${scalarText(entry)}]`)
        : linesAfter(text, end, [`${key}:`, `  - ${scalarText(entry)}`]);
  } else {
    throw refusal();
  }
  if (!splice) throw refusal();
  return {
    text: proven(source, index, splice, change, refusal),
    line: lineAt(source, splice.start),
  };
}
