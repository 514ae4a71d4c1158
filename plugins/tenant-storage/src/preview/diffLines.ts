/** One line of a unified diff. */
export interface DiffLine {
  kind: 'file' | 'place' | 'added' | 'removed' | 'same';
  text: string;
}

const nameOf = (head: string) =>
  head
    .slice(4)
    .replace(/^[ab]\//, '')
    .replace(/\t.*$/, '');

/** Splits a unified diff into lines. Of the two lines that name a file, only the one with its new name is kept; with its old one, if it is deleted. */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  // Within a hunk a removed line may read "-- x", which looks like the head of a file.
  let left = { old: 0, new: 0 };
  let oldName = '';
  for (const text of diff.replace(/\n$/, '').split('\n')) {
    const place = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text);
    if (left.old <= 0 && left.new <= 0) {
      if (place) {
        left = { old: Number(place[1] ?? 1), new: Number(place[2] ?? 1) };
        lines.push({ kind: 'place', text });
      } else if (text.startsWith('--- ')) {
        oldName = nameOf(text);
      } else if (text.startsWith('+++ ')) {
        const name = nameOf(text);
        lines.push({
          kind: 'file',
          text: name === '/dev/null' ? oldName : name,
        });
      } else if (text.startsWith('\\')) {
        lines.push({ kind: 'same', text });
      }
      continue;
    }
    switch (text[0]) {
      case '+':
        left.new -= 1;
        lines.push({ kind: 'added', text });
        break;
      case '-':
        left.old -= 1;
        lines.push({ kind: 'removed', text });
        break;
      case '\\':
        lines.push({ kind: 'same', text });
        break;
      default:
        left = { old: left.old - 1, new: left.new - 1 };
        lines.push({ kind: 'same', text });
    }
  }
  return lines;
}
