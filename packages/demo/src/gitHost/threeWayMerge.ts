import { diff3Merge } from 'node-diff3';

/** A file of a tree: its mode and the sha of its content. */
export interface TreeFile {
  mode: string;
  sha: string;
}

/** Files by their path. */
export type FileTree = ReadonlyMap<string, TreeFile>;

/** What a path becomes: another tree's file, a new text, or nothing. */
export type MergedFile =
  | { kind: 'file'; file: TreeFile }
  | { kind: 'text'; mode: string; text: string }
  | { kind: 'removed' };

export type Merge =
  | {
      merged: true;
      /** What is different from `ours`, by path. */
      changes: Map<string, MergedFile>;
    }
  | {
      merged: false;
      /** The paths that both sides changed so that a person has to choose. */
      conflicts: string[];
    };

const SYMLINK = '120000';

/**
 * Merges two trees that grew from a common one: what one side changed is taken, and what both sides changed is merged line by
 * line.
 *
 * @param contentOf - reads a file's content by its sha
 */
export async function mergeTrees(options: {
  base: FileTree;
  ours: FileTree;
  theirs: FileTree;
  contentOf: (sha: string) => Promise<Buffer>;
}): Promise<Merge> {
  const { base, ours, theirs } = options;
  const changes = new Map<string, MergedFile>();
  const conflicts: string[] = [];
  for (const [path, there] of [...theirs].concat(
    [...base].filter(([each]) => !theirs.has(each)),
  )) {
    const before = base.get(path);
    const here = ours.get(path);
    const wanted = theirs.has(path) ? there : undefined;
    if (isSame(wanted, before) || isSame(wanted, here)) {
      continue;
    }
    if (isSame(here, before)) {
      changes.set(
        path,
        wanted ? { kind: 'file', file: wanted } : { kind: 'removed' },
      );
      continue;
    }
    const merged =
      before && here && wanted
        ? await mergeFiles(before, here, wanted, options.contentOf)
        : undefined;
    if (merged) {
      changes.set(path, merged);
    } else {
      conflicts.push(path);
    }
  }
  // A file on one side may be a folder on the other.
  const paths = new Set(
    [...ours.keys(), ...changes.keys()].filter(
      path => changes.get(path)?.kind !== 'removed',
    ),
  );
  for (const path of paths) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      if (paths.has(parts.slice(0, depth).join('/'))) {
        conflicts.push(path);
      }
    }
  }
  return conflicts.length > 0
    ? { merged: false, conflicts: [...new Set(conflicts)].sort() }
    : { merged: true, changes };
}

function isSame(one: TreeFile | undefined, other: TreeFile | undefined) {
  return one?.sha === other?.sha && one?.mode === other?.mode;
}

/** Nothing if the two sides contradict each other. */
async function mergeFiles(
  before: TreeFile,
  here: TreeFile,
  there: TreeFile,
  contentOf: (sha: string) => Promise<Buffer>,
): Promise<MergedFile | undefined> {
  const mode = mergeValues(before.mode, here.mode, there.mode);
  if (mode === undefined) {
    return undefined;
  }
  const sha = mergeValues(before.sha, here.sha, there.sha);
  if (sha !== undefined) {
    return { kind: 'file', file: { mode, sha } };
  }
  const [base, ours, theirs] = (
    await Promise.all([before, here, there].map(each => contentOf(each.sha)))
  ).map(textOf);
  if (
    mode === SYMLINK ||
    base === undefined ||
    ours === undefined ||
    theirs === undefined
  ) {
    return undefined;
  }
  const regions = diff3Merge(linesOf(ours), linesOf(base), linesOf(theirs), {
    excludeFalseConflicts: true,
  });
  if (regions.some(({ conflict }) => conflict)) {
    return undefined;
  }
  const text = regions.map(({ ok }) => (ok ?? []).join('')).join('');
  return { kind: 'text', mode, text };
}

function mergeValues<T>(before: T, here: T, there: T): T | undefined {
  if (here === there || there === before) {
    return here;
  }
  return here === before ? there : undefined;
}

/** Nothing if the content is no text. */
function textOf(content: Buffer): string | undefined {
  const text = content.toString('utf8');
  return !text.includes('\0') && Buffer.from(text, 'utf8').equals(content)
    ? text
    : undefined;
}

/** Lines with their ends, so that a merge keeps them byte for byte. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}
