import type { Document } from 'yaml';
import { isRecord } from './plainData';
import { scalarAt } from './yamlPath';
import { yamlSourceOf } from './yamlSource';
import { folderOf, isUnder, resolvedFrom } from './repositoryPath';
import type { RepositoryFiles, TextFile } from './repositoryFiles';

/** One level that a manifest goes through on its way to the cluster: a kustomization.yaml, or a Flux Kustomization's spec. */
export interface BuildStep {
  /** The file that says so. */
  path: string;
  folder: string;
  /** What it says, as plain data. */
  says: Record<string, unknown>;
}

/** The levels that a manifest goes through, the innermost first. */
export type Build = readonly BuildStep[];

/** More ways to the cluster than anybody follows. */
const MOST_BUILDS = 32;

interface Tree {
  byFolder: ReadonlyMap<string, TextFile>;
  /** From what may be referred to, to the kustomization files that may refer to it. */
  references: ReadonlyMap<string, ReadonlySet<TextFile>>;
  /** Files that may hold Flux Kustomizations, with the folders that they may apply. */
  flux: ReadonlyArray<{ file: TextFile; folders: readonly string[] }>;
}

const trees = new WeakMap<RepositoryFiles, Tree>();
const steps = new WeakMap<TextFile, BuildStep | null>();

function isKustomizationFile(path: string): boolean {
  return /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path);
}

/** Built once for a repository from texts alone: taking every kustomization apart would take longer than planning may. */
function treeOf(files: RepositoryFiles): Tree {
  const known = trees.get(files);
  if (known) return known;
  const byFolder = new Map<string, TextFile>();
  const references = new Map<string, Set<TextFile>>();
  const flux: Array<{ file: TextFile; folders: string[] }> = [];
  for (const file of files.yamlFiles()) {
    if (isKustomizationFile(file.path)) {
      const folder = folderOf(file.path);
      byFolder.set(folder, file);
      const words = new Set(file.text.split(/[\s'",[\]{}]+/));
      for (const [, line] of file.text.matchAll(
        /^\s*- +["']?([^"'\r\n#]+?)["']?[ \t]*(?:#.*)?\r?$/gm,
      )) {
        words.add(line);
      }
      for (const word of words) {
        const target = word === '' ? undefined : resolvedFrom(folder, word);
        if (target === undefined) continue;
        const from = references.get(target);
        if (from) from.add(file);
        else references.set(target, new Set([file]));
      }
    } else if (file.text.includes('kustomize.toolkit.fluxcd.io/')) {
      const folders = [
        ...file.text.matchAll(/["']?path["']?\s*:\s*["']?([^\s"',}]+)/g),
      ]
        .map(([, path]) => resolvedFrom('', path))
        .filter(path => path !== undefined);
      flux.push({ file, folders });
    }
  }
  const tree = { byFolder, references, flux };
  trees.set(files, tree);
  return tree;
}

/** The parts of a list that are objects. */
export function records(value: unknown): Array<Record<string, unknown>> {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The parts of a list that are text. */
export function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((each): each is string => typeof each === 'string')
    : [];
}

/** A document as plain data; undefined if it can't be read, or repeats itself without end: nothing builds it then. */
function documentData(document: Document.Parsed): unknown {
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The library's own for aliases: a ReferenceError.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** The documents of a YAML text as plain data; those that can't be read are left out. */
export function yamlData(file: TextFile): unknown[] {
  return yamlSourceOf(file)
    .documents.map(documentData)
    .filter(data => data !== undefined);
}

/** A kustomization file as a step; undefined if it can't be read. */
function stepOf(file: TextFile): BuildStep | undefined {
  let step = steps.get(file);
  if (step === undefined) {
    const says = yamlData(file).find(isRecord);
    step = says ? { path: file.path, folder: folderOf(file.path), says } : null;
    steps.set(file, step);
  }
  return step ?? undefined;
}

/** The kustomization in a folder. */
export function kustomizationIn(
  files: RepositoryFiles,
  folder: string,
): BuildStep | undefined {
  const file = treeOf(files).byFolder.get(folder);
  return file && stepOf(file);
}

/** The kustomization file nearest to a path, upwards until `root`. */
export function nearestKustomization(
  files: RepositoryFiles,
  path: string,
  root: string,
): TextFile | undefined {
  let folder = folderOf(path);
  while (isUnder(folder, root)) {
    const file = treeOf(files).byFolder.get(folder);
    if (file) return file;
    if (folder === '') return undefined;
    folder = folderOf(folder);
  }
  return undefined;
}

function includedBy(step: BuildStep): string[] {
  return [
    ...texts(step.says.resources),
    ...texts(step.says.bases),
    ...texts(step.says.components),
  ];
}

/** The kustomizations that include a file or a folder. */
function parentsOf(files: RepositoryFiles, target: string): BuildStep[] {
  const parents: BuildStep[] = [];
  for (const file of treeOf(files).references.get(target) ?? []) {
    const step = stepOf(file);
    if (
      step &&
      step.folder !== target &&
      includedBy(step).some(each => resolvedFrom(step.folder, each) === target)
    ) {
      parents.push(step);
    }
  }
  return parents;
}

function chainsFrom(
  files: RepositoryFiles,
  target: string,
  below: readonly BuildStep[],
  found: BuildStep[][],
): void {
  const parents = parentsOf(files, target).filter(
    parent => !below.some(step => step.path === parent.path),
  );
  if (parents.length === 0 || found.length >= MOST_BUILDS) {
    found.push([...below]);
    return;
  }
  for (const parent of parents) {
    chainsFrom(files, parent.folder, [...below, parent], found);
  }
}

/** The Flux Kustomizations that apply a folder. */
function fluxStepsOf(files: RepositoryFiles, path: string): BuildStep[] {
  const found: BuildStep[] = [];
  for (const { file, folders } of treeOf(files).flux) {
    if (!folders.some(folder => isUnder(path, folder))) continue;
    for (const document of yamlSourceOf(file).documents) {
      const root = document.contents;
      const applied = scalarAt(root, ['spec', 'path']);
      const folder =
        applied === undefined ? undefined : resolvedFrom('', applied);
      if (
        scalarAt(root, ['kind']) !== 'Kustomization' ||
        !scalarAt(root, ['apiVersion'])?.startsWith(
          'kustomize.toolkit.fluxcd.io/',
        ) ||
        folder === undefined ||
        document.errors.length > 0
      ) {
        continue;
      }
      const data = documentData(document);
      const spec = isRecord(data) && isRecord(data.spec) ? data.spec : {};
      found.push({
        path: file.path,
        folder,
        says: { ...spec, namespace: spec.targetNamespace },
      });
    }
  }
  return found;
}

/** Every way that a manifest goes to a cluster, as far as the repository tells. At least one. */
export function buildsOf(files: RepositoryFiles, path: string): Build[] {
  const chains: BuildStep[][] = [];
  chainsFrom(files, path, [], chains);
  const byFlux: Build[] = [];
  const seen = new Set<string>();
  for (const chain of chains) {
    for (let length = 0; length <= chain.length; length += 1) {
      const folder = length === 0 ? undefined : chain[length - 1].folder;
      for (const step of fluxStepsOf(files, folder ?? path)) {
        // A folder without a kustomization is applied whole; one that has it, only through it.
        const applies = kustomizationIn(files, step.folder)
          ? step.folder === folder
          : isUnder(folder ?? path, step.folder) && length === chain.length;
        if (!applies) continue;
        const build = [...chain.slice(0, length), step];
        const key = build.map(each => `${each.path} ${each.folder}`).join('\n');
        if (!seen.has(key)) {
          seen.add(key);
          byFlux.push(build);
        }
      }
    }
  }
  return byFlux.length > 0 ? byFlux : chains;
}

/**
 * The cluster that a build ends in, as far as the repository tells: what applies the Flux Kustomization that applies it, and so on.
 * Two builds of one cluster are the same object twice, as where a Flux Kustomization is inside the folder of another.
 */
export function clusterOf(files: RepositoryFiles, build: Build): string {
  const seen = new Set<string>();
  let outermost = build.at(-1);
  for (let step = outermost; step !== undefined; ) {
    outermost = step;
    seen.add(`${step.path} ${step.folder}`);
    step = fluxStepsOf(files, step.path).find(
      each => !seen.has(`${each.path} ${each.folder}`),
    );
  }
  return outermost ? `${outermost.path} ${outermost.folder}` : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What an object is called once it went through some steps. */
export function nameAfter(
  build: Build,
  written: { name?: string; namespace?: string },
): { name?: string; namespace?: string } {
  let { name, namespace } = written;
  for (const { says } of build) {
    namespace = text(says.namespace) || namespace;
    name =
      name === undefined
        ? undefined
        : `${text(says.namePrefix)}${name}${text(says.nameSuffix)}`;
  }
  return { name, namespace };
}

/**
 * Whether a kustomization that a file may go through puts its objects into a namespace, judged by texts alone. True for too many,
 * never false for one that does.
 */
export function mayBePutInto(
  files: RepositoryFiles,
  namespace: string,
): (path: string) => boolean {
  const tree = treeOf(files);
  const says = new RegExp(
    `amespace["']?\\s*:\\s*["']?${namespace}(?![a-z0-9-])`,
  );
  const judged = new Map<TextFile, boolean>();
  const does = (file: TextFile) => {
    let answer = judged.get(file);
    if (answer === undefined) {
      answer = says.test(file.text);
      judged.set(file, answer);
    }
    return answer;
  };
  const fluxFolders = tree.flux
    .filter(({ file }) => does(file))
    .flatMap(({ folders }) => folders);
  const isAppliedIntoIt = (path: string) =>
    fluxFolders.some(folder => isUnder(path, folder));
  return path => {
    const seen = new Set<string>();
    const waiting = [path];
    while (waiting.length > 0) {
      const target = waiting.pop() ?? '';
      if (isAppliedIntoIt(target)) return true;
      for (const file of tree.references.get(target) ?? []) {
        if (seen.has(file.path)) continue;
        seen.add(file.path);
        if (does(file)) return true;
        waiting.push(folderOf(file.path));
      }
    }
    return false;
  };
}
