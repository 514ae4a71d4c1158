import { dirname, join, normalize } from 'node:path/posix';
import { applyPatch, parsePatch } from 'diff';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { GitOpsRepository } from './gitOpsRepository';
import type { StorageChangePlan } from './planStorageChange';

type Texts = Record<string, string>;

interface Manifest {
  kind?: string;
  resources?: string[];
}

const KUSTOMIZATION = 'kustomization.yaml';

function textsOf({ files }: GitOpsRepository): Texts {
  return Object.fromEntries(
    [...files.paths()].flatMap(path => {
      const text = files.text(path)?.text;
      return text === undefined ? [] : [[path, text]];
    }),
  );
}

function textsAfter(before: Texts, { files }: StorageChangePlan): Texts {
  const after = { ...before };
  for (const { path, content } of files) {
    if (content === null) delete after[path];
    else after[path] = content;
  }
  return after;
}

function read(text: string, version: '1.1' | '1.2') {
  const documents = parseAllDocuments(text, { version, strict: true });
  const list = 'empty' in documents ? [] : documents;
  return {
    faults: list.flatMap(({ errors, warnings }) =>
      [...errors, ...warnings].map(({ message }) => message),
    ),
    data: list.map(document => document.toJS() as Manifest | null),
  };
}

/** What Kubernetes' readers (YAML 1.1) and everybody else (1.2) do not take for the same. */
function faultsOfYaml(path: string, text: string): string[] {
  const [old, now] = [read(text, '1.1'), read(text, '1.2')];
  return [
    ...now.faults.map(fault => `${path}: ${fault}`),
    ...(isDeepStrictEqual(old.data, now.data)
      ? []
      : [`${path}: YAML 1.1 reads something else`]),
  ];
}

/** Entries that lead nowhere, or twice to the same. */
function faultsOfEntries(texts: Texts, path: string): string[] {
  const entries = (read(texts[path], '1.2').data[0]?.resources ?? []).map(
    entry => normalize(join(dirname(path), entry)),
  );
  const isThere = (entry: string) =>
    entry in texts || join(entry, KUSTOMIZATION) in texts;
  return entries.flatMap((entry, index) => [
    ...(isThere(entry) ? [] : [`${path}: there is no ${entry}`]),
    ...(entries.indexOf(entry) < index ? [`${path}: ${entry} twice`] : []),
  ]);
}

/** The kustomization.yaml of the nearest folder above a file that has one. */
function kustomizationOf(texts: Texts, path: string): string | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    const kustomization = at === '.' ? KUSTOMIZATION : join(at, KUSTOMIZATION);
    if (kustomization in texts) return kustomization;
    if (at === '.') return undefined;
  }
}

/** A new file that no kustomization builds is never applied. */
function faultsOfNewFile(texts: Texts, path: string): string[] {
  const kustomization = kustomizationOf(texts, path);
  if (kustomization === undefined) return [];
  const entries = read(texts[kustomization], '1.2').data[0]?.resources ?? [];
  return entries.some(
    entry => normalize(join(dirname(kustomization), entry)) === path,
  )
    ? []
    : [`${kustomization} does not list ${path}`];
}

/** What nobody may write: a floating version, a secret, force, a template. */
const FORBIDDEN =
  /:latest\b|\bversion: ["']?[*^~]|^kind: Secret\b|\bforce: (true|enabled)|\bforce["']?: ["']?enabled|\{\{|\bstringData:|BEGIN [A-Z ]*PRIVATE KEY/m;

const commentsOf = (text: string) =>
  text.match(/(?<=^|[ \t])#.*$/gm)?.map(each => each.trim()) ?? [];

/** Comments that are nowhere any more. */
function lostComments(before: string, after: string): string[] {
  const left = commentsOf(after);
  return commentsOf(before).filter(comment => {
    const at = left.indexOf(comment);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function lineEnds(text: string): string[] {
  return [...new Set(text.match(/\r?\n/g))];
}

/**
 * What is wrong with the files and the diff of a plan, whatever it is about: nothing, if a reviewer can trust it.
 *
 * @param keepsComments - false for a plan that takes things out, with what is said of them.
 */
export function faultsOf(
  repository: GitOpsRepository,
  plan: StorageChangePlan,
  { keepsComments = true } = {},
): string[] {
  const before = textsOf(repository);
  const after = textsAfter(before, plan);
  const patched = { ...before };
  for (const patch of plan.diff === '' ? [] : parsePatch(plan.diff)) {
    const isNew = patch.oldFileName === '/dev/null';
    const isGone = patch.newFileName === '/dev/null';
    const path = (isGone ? patch.oldFileName : patch.newFileName)!.slice(2);
    const text = applyPatch(isNew ? '' : before[path], patch);
    if (isGone) delete patched[path];
    else patched[path] = text === false ? 'the diff does not apply' : text;
  }
  const written = plan.files.flatMap(({ path, content }) =>
    content === null ? [] : [{ path, content, was: before[path] }],
  );
  return [
    ...(isDeepStrictEqual(patched, after)
      ? []
      : ['the diff is not what is written']),
    ...written.flatMap(({ path, content, was = '' }) => [
      ...faultsOfYaml(path, content),
      ...(FORBIDDEN.test(content) && !FORBIDDEN.test(was)
        ? [`${path} has ${FORBIDDEN.exec(content)?.[0]}`]
        : []),
      ...(lineEnds(content).length > 1 ? [`${path} mixes line ends`] : []),
      ...(was === '' ? faultsOfNewFile(after, path) : []),
    ]),
    // What moves from one file into another is kept with what is said of it.
    ...(keepsComments
      ? lostComments(
          plan.files.map(({ path }) => before[path] ?? '').join('\n'),
          written.map(({ content }) => content).join('\n'),
        ).map(comment => `${comment} is lost`)
      : []),
    ...Object.keys(after)
      .filter(path => path.endsWith(KUSTOMIZATION))
      .flatMap(path => faultsOfEntries(after, path)),
  ];
}
