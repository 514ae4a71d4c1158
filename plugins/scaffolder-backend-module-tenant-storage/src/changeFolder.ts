import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { repositoryPath } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { PublishedFiles } from './publishedFiles';

/** Of a quota, in the task's workspace. The publishing actions send all that is in it, so nothing else is. */
export const CHANGE_FOLDER = 'kmetal-storage-change';

/**
 * Writes files to a folder of the workspace that has nothing else in it, under the paths that they have in the repository.
 *
 * @param name - of the folder, from the workspace.
 * @throws GitOpsError `pathInvalid` for a path that a change may not write.
 */
export async function writeChangeFolder(
  workspacePath: string,
  name: string,
  files: ReadonlyArray<{ path: string; content: string | null }>,
): Promise<void> {
  const folder = resolveSafeChildPath(workspacePath, name);
  const targets = files.map(({ path, content }) => {
    if (content === null) {
      throw new Error(`The content of ${path} is not known here`);
    }
    return {
      target: resolveSafeChildPath(folder, repositoryPath(path, 'files')),
      content,
    };
  });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { target, content } of targets) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}

/** In the task's workspace: a folder for each change, so that one task can propose several. */
const STORAGE_CHANGES_FOLDER = 'kmetal-storage-changes';

/**
 * Writes a change to folders of its own.
 *
 * @param change.shown - for a dry run: what is written beside the files, to be looked at.
 * @returns the folders with the changed files and with a file for each deleted one, from the workspace.
 * @throws GitOpsError `pathInvalid` for a path that a change may not write or delete.
 */
export async function writeStorageChange(
  workspacePath: string,
  branch: string,
  change: PublishedFiles & { shown?: { diff: string; body: string } },
): Promise<{ files: string; deleted: string }> {
  const { written, deleted, shown } = change;
  const folder = `${STORAGE_CHANGES_FOLDER}/${branch}`;
  await writeChangeFolder(
    workspacePath,
    folder,
    shown
      ? [
          { path: 'change.diff', content: shown.diff },
          { path: 'description.md', content: shown.body },
        ]
      : [],
  );
  const folders = { files: `${folder}/files`, deleted: `${folder}/deleted` };
  await writeChangeFolder(workspacePath, folders.files, written);
  if (deleted.length > 0) {
    await writeChangeFolder(
      workspacePath,
      folders.deleted,
      deleted.map(path => ({ path, content: '' })),
    );
  }
  return folders;
}
