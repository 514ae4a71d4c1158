import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Git makes of a file that was changed in two ways; undefined if the changes conflict. */
export function gitMerge(
  ours: string,
  base: string,
  theirs: string,
): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'merge-'));
  try {
    const written = Object.entries({ ours, base, theirs }).map(
      ([name, text]) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      },
    );
    const { status, stdout, stderr } = spawnSync(
      'git',
      ['merge-file', '-p', ...written],
      { encoding: 'utf8' },
    );
    // It ends with the number of conflicts.
    if (status === null || status > 127) throw new Error(stderr);
    return status === 0 ? stdout : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
