import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { GitOpsSettings } from './gitOpsRepository';

/**
 * What a planner needs to know of a repository, from what the backend tells of it.
 *
 * @public
 */
export function gitOpsSettingsOf(
  repository: ManifestRepository,
): GitOpsSettings {
  const { host, root, locators, newFiles } = repository;
  return {
    host,
    repository: repository.repository,
    ...(root !== null && { root }),
    locators,
    newFiles,
  };
}
