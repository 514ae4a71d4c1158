/** A line of a diff, with its numbers before and after; undefined where it is not. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed' | 'gap' | 'note';
  before?: number;
  after?: number;
  text: string;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;

/** The lines of a patch as GitHub gives it for one file: hunks without a header. */
export function diffLinesOf(patch: string): DiffLine[] {
  let before = 0;
  let after = 0;
  return patch.split('\n').map((line): DiffLine => {
    const hunk = HUNK.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: 'gap', text: line };
    }
    const text = line.slice(1);
    switch (line[0]) {
      case '+':
        return { kind: 'added', after: after++, text };
      case '-':
        return { kind: 'removed', before: before++, text };
      case '\\':
        return { kind: 'note', text: text.trim() };
      default:
        return { kind: 'same', before: before++, after: after++, text };
    }
  });
}
