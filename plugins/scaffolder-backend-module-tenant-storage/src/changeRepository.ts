import type { UrlReaderService } from '@backstage/backend-plugin-api';
import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  gitOpsSettingsOf,
  readRepository,
  type GitOpsRepository,
  type RepositoryFiles,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { PublishTarget } from './publishTarget';

/** A repository at the head of its target branch, and where changes of it are published. */
export interface ChangeRepository extends GitOpsRepository {
  told: ManifestRepository;
  target: PublishTarget;
}

/** Reads a branch of a repository; null for its default branch. */
export type ReadFiles = (
  repository: ManifestRepository,
  branch: string | null,
) => Promise<RepositoryFiles>;

/**
 * Reads repositories for one task.
 *
 * @param reading.token - the user's; the portal's credentials unless told.
 */
export function filesReader(
  urlReader: UrlReaderService,
  reading: { token?: string; signal?: AbortSignal; timeoutMs: number },
): ReadFiles {
  return async ({ url }, branch) =>
    (await readRepository(urlReader, { url, branch }, reading)).files;
}

/** Reads the target branch of each of the repositories. */
export async function readTargetBranches(
  told: readonly ManifestRepository[],
  targets: readonly PublishTarget[],
  read: ReadFiles,
): Promise<ChangeRepository[]> {
  return Promise.all(
    told.map(async (each, index) => ({
      told: each,
      target: targets[index],
      settings: gitOpsSettingsOf(each),
      files: await read(each, each.branch),
    })),
  );
}
