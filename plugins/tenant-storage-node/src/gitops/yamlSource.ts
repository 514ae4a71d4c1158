import {
  isAlias,
  isCollection,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
} from 'yaml';
import { GitOpsError } from './gitOpsError';
import type { TextFile } from './repositoryFiles';

/** A file taken apart: each document with the places of its parts in the text. */
export interface YamlSource {
  file: TextFile;
  documents: readonly Document.Parsed<ParsedNode, true>[];
  lines: LineCounter;
}

/** More than any manifest expands to, far less than what hurts the readers behind Git. */
const MOST_NODES_AFTER_EXPANSION = 100_000;

const parsed = new WeakMap<TextFile, YamlSource>();

/**
 * Takes a file apart. Faults of documents stay in them: {@link refuseFaults} tells. What was taken apart is kept for as long as
 * the file is.
 *
 * @throws GitOpsError `notYaml` for what is nested too deep to be read at all.
 */
export function yamlSourceOf(file: TextFile): YamlSource {
  const known = parsed.get(file);
  if (known) {
    return known;
  }
  const lines = new LineCounter();
  let documents: YamlSource['documents'];
  try {
    documents = parseAllDocuments(file.text, {
      keepSourceTokens: true,
      lineCounter: lines,
      logLevel: 'error',
      prettyErrors: false,
    }) as YamlSource['documents'];
  } catch (error) {
    // The reader calls itself for each level; a file of brackets alone ends its stack.
    if (!(error instanceof RangeError)) {
      throw error;
    }
    throw new GitOpsError({
      code: 'notYaml',
      file: file.path,
      problem: 'The file is nested too deep to be read.',
      remedy: 'Correct the file, then ask again.',
    });
  }
  const source: YamlSource = { file, documents, lines };
  parsed.set(file, source);
  return source;
}

/** The line, counted from 1, that an offset of the text is on. */
export function lineAt(source: YamlSource, offset: number): number {
  return Math.max(1, source.lines.linePos(offset).line);
}

/** The line, counted from 1, that a node starts on. */
export function lineOf(source: YamlSource, node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? lineAt(source, range[0]) : undefined;
}

/**
 * Refuses a document that can't be read for certain: whatever is meant by it, something else may be read from it.
 *
 * @throws GitOpsError `duplicateKey`, `tabIndentation`, `helmTemplate`, `notYaml` or `aliasBomb`, with the line.
 */
export function refuseFaults(source: YamlSource, index: number): void {
  const document = source.documents[index];
  const file = source.file.path;
  const [fault] = document.errors;
  if (fault) {
    const line = lineAt(source, fault.pos[0]);
    const [start, , end] = document.range;
    if (/\{\{|\}\}/.test(source.file.text.slice(start, end))) {
      throw helmTemplateError(file, line);
    }
    switch (fault.code) {
      case 'DUPLICATE_KEY':
        throw new GitOpsError({
          code: 'duplicateKey',
          file,
          line,
          problem: 'A key is there twice; readers differ in which one counts.',
          remedy: 'Remove one of the two, then ask again.',
        });
      case 'TAB_AS_INDENT':
        throw new GitOpsError({
          code: 'tabIndentation',
          file,
          line,
          problem: 'The line is indented with a tab, which YAML forbids.',
          remedy: 'Indent it with spaces, then ask again.',
        });
      default:
        throw new GitOpsError({
          code: 'notYaml',
          file,
          line,
          problem: `The file is no valid YAML: ${fault.message}.`,
          remedy: 'Correct the file, then ask again.',
        });
    }
  }
  if (expandedNodes(document) > MOST_NODES_AFTER_EXPANSION) {
    throw new GitOpsError({
      code: 'aliasBomb',
      file,
      problem: `The aliases of the file expand to more than ${MOST_NODES_AFTER_EXPANSION} values.`,
      remedy: 'Write the values out, then ask again.',
    });
  }
}

/** The refusal of what Helm renders. */
export function helmTemplateError(file: string, line?: number): GitOpsError {
  return new GitOpsError({
    code: 'helmTemplate',
    file,
    line,
    problem: 'The file is a Helm template; its value is set by who renders it.',
    remedy:
      "Change the value in the values file or in the HelmRelease's spec.values, and set the locator of the under cluster to it.",
  });
}

/** How many nodes a document has once its aliases are expanded, without expanding them. */
function expandedNodes(document: Document.Parsed): number {
  const anchored = new Map<string, number>();
  const count = (node: unknown): number => {
    let total = 1;
    if (isAlias(node)) {
      total += anchored.get(node.source) ?? 0;
    } else if (isPair(node)) {
      total = count(node.key) + count(node.value);
    } else if (isCollection(node)) {
      for (const item of node.items) total += count(item);
    }
    if ((isCollection(node) || isScalar(node)) && node.anchor) {
      anchored.set(node.anchor, total);
    }
    return total;
  };
  return count(document.contents);
}

const referenced = new WeakMap<Document.Parsed, ReadonlySet<string>>();

/** The anchors that something in the document refers to. */
export function referencedAnchors(
  document: Document.Parsed,
): ReadonlySet<string> {
  let names = referenced.get(document);
  if (!names) {
    const found = new Set<string>();
    visit(document, {
      Alias(_: unknown, alias: Alias) {
        found.add(alias.source);
      },
    });
    names = found;
    referenced.set(document, names);
  }
  return names;
}

/** What a scalar says, as text; numbers as they are written; undefined for nothing. */
export function textOf(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.source;
}

/** The key of a pair as text; undefined for keys that are no plain text. */
export function keyOf(pair: Pair): string | undefined {
  const { key } = pair;
  if (!isScalar(key)) {
    return undefined;
  }
  return typeof key.value === 'string' ? key.value : key.source;
}
