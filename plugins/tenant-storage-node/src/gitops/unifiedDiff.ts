import { structuredPatch } from 'diff';

/** A file before and after a change. */
export interface FileChange {
  path: string;
  /** Absent for a new file. */
  before?: string;
  /** Absent for a deleted file. */
  after?: string;
}

const NO_LINE_END = '\\ No newline at end of file';
const LEFT_OUT = '…';

/** Lengths of what two lines begin and end with alike. */
function alike(a: string, b: string): { begin: number; end: number } {
  const most = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < most && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return { begin, end };
}

/** What is left of a line once its neighbours in a YAML collection that is written on one line are left out. */
function withoutNeighbours(
  line: string,
  { begin, end }: { begin: number; end: number },
  isEntry: boolean,
): string {
  const before = line.slice(0, begin);
  const changed = line.slice(begin, line.length - end);
  const after = line.slice(line.length - end);
  // What is next to a new entry is somebody else's; what is next to a new value is its key.
  const key = isEntry ? '' : /[^,[{]*$/.exec(before)![0];
  const rest = isEntry ? '' : /^[^,\]}]*/.exec(after)![0];
  const shown = `${key}${changed}${rest}`;
  if (shown === '') return LEFT_OUT;
  return [
    key === before ? '' : LEFT_OUT,
    shown,
    rest === after ? '' : LEFT_OUT,
  ].join('');
}

/** Lines of a hunk without context, with nothing of a line that the change left alone but the key. */
function changedParts(lines: readonly string[]): string[] {
  const removed = lines.filter(line => line.startsWith('-'));
  const added = lines.filter(line => line.startsWith('+'));
  for (let at = 0; at < Math.min(removed.length, added.length); at += 1) {
    const before = removed[at].slice(1);
    const after = added[at].slice(1);
    if (before === after) {
      // Only the end of the line is new, because another line follows now.
      removed[at] = '';
      added[at] = '';
      continue;
    }
    const same = alike(before, after);
    const [rest] = before.slice(before.length - same.end).split(/\s#/);
    const changed = after.slice(same.begin, after.length - same.end);
    if (`${before.slice(0, same.begin)}${changed}${rest}`.includes(',')) {
      const isEntry = /[,[\]{}]/.test(changed);
      removed[at] = `-${withoutNeighbours(before, same, isEntry)}`;
      added[at] = `+${withoutNeighbours(after, same, isEntry)}`;
    }
  }
  return [...removed, ...added].filter(Boolean);
}

function hunkRange(start: number, count: number): string {
  return count === 1 ? `${start}` : `${start},${count}`;
}

function fileDiff(
  { path, before, after }: FileChange,
  { context, onlyChanged }: Required<DiffOptions>,
): string {
  const { hunks } = structuredPatch(
    path,
    path,
    before ?? '',
    after ?? '',
    '',
    '',
    {
      context: onlyChanged ? 0 : context,
    },
  );
  if (hunks.length === 0) return '';
  const lines = [`diff --git a/${path} b/${path}`];
  if (before === undefined) {
    lines.push('new file mode 100644', '--- /dev/null');
  } else {
    if (after === undefined) lines.push('deleted file mode 100644');
    lines.push(`--- a/${path}`);
  }
  lines.push(after === undefined ? '+++ /dev/null' : `+++ b/${path}`);
  for (const hunk of hunks) {
    // "If the range is empty, the start line is the one before": git prints 0,0 for a new file.
    const oldRange = hunkRange(hunk.oldStart, hunk.oldLines);
    const newRange = hunkRange(hunk.newStart, hunk.newLines);
    lines.push(
      `@@ -${before === undefined ? '0,0' : oldRange} +${
        after === undefined ? '0,0' : newRange
      } @@`,
    );
    lines.push(
      ...(onlyChanged
        ? changedParts(hunk.lines)
        : hunk.lines.map(line => (line[0] === '\\' ? NO_LINE_END : line))),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** How much of a file a diff shows. */
export interface DiffOptions {
  /** Unchanged lines around each change. */
  context?: number;
  /** For people who may not read the file: no context, and of a line with several entries only the one that changes. It is no patch. */
  onlyChanged?: boolean;
}

/**
 * A unified diff as `git diff` prints it, and as `git apply` takes it.
 *
 * @param options - `context`: 3 unless told.
 */
export function unifiedDiff(
  changes: readonly FileChange[],
  { context = 3, onlyChanged = false }: DiffOptions = {},
): string {
  return changes
    .map(change => fileDiff(change, { context, onlyChanged }))
    .join('');
}
