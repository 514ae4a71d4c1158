import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { repositoryPath } from '@kmetal/backstage-plugin-tenant-storage-node';

/** In the task's workspace. The publishing actions send all that is in it, so nothing else is. */
export const CHANGE_FOLDER = 'kmetal-storage-change';

/**
 * Writes files to a folder of the workspace that has nothing else in it, under the paths that they have in the repository.
 *
 * @throws GitOpsError `pathInvalid` for a path that a change may not write.
 */
export async function writeChangeFolder(
  workspacePath: string,
  files: ReadonlyArray<{ path: string; content: string | null }>,
): Promise<void> {
  const folder = resolveSafeChildPath(workspacePath, CHANGE_FOLDER);
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
