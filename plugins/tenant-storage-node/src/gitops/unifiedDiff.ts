import { structuredPatch } from 'diff';

/** A file before and after a change. */
export interface FileChange {
  path: string;
  /** Absent for a new file. */
  before?: string;
  after: string;
}

const NO_LINE_END = '\\ No newline at end of file';

function hunkRange(start: number, count: number): string {
  return count === 1 ? `${start}` : `${start},${count}`;
}

function fileDiff(change: FileChange, context: number): string {
  const { path, before, after } = change;
  const { hunks } = structuredPatch(path, path, before ?? '', after, '', '', {
    context,
  });
  if (hunks.length === 0) return '';
  const lines = [`diff --git a/${path} b/${path}`];
  if (before === undefined) {
    lines.push('new file mode 100644', '--- /dev/null');
  } else {
    lines.push(`--- a/${path}`);
  }
  lines.push(`+++ b/${path}`);
  for (const hunk of hunks) {
    // "If the range is empty, the start line is the one before": git prints 0,0 for a new file.
    const oldRange = hunkRange(hunk.oldStart, hunk.oldLines);
    const newRange = hunkRange(hunk.newStart, hunk.newLines);
    lines.push(
      before === undefined
        ? `@@ -0,0 +${newRange} @@`
        : `@@ -${oldRange} +${newRange} @@`,
    );
    lines.push(
      ...hunk.lines.map(line => (line[0] === '\\' ? NO_LINE_END : line)),
    );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * A unified diff as `git diff` prints it, and as `git apply` takes it.
 *
 * @param options - `context`: unchanged lines around each change, 3 unless told.
 */
export function unifiedDiff(
  changes: readonly FileChange[],
  options?: { context?: number },
): string {
  return changes
    .map(change => fileDiff(change, options?.context ?? 3))
    .join('');
}
