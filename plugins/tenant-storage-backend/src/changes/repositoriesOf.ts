import {
  GitOpsError,
  gitOpsSettingsOf,
  type GitOpsRepository,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ClusterInventory } from '../inventory/types';
import type { ManifestRepositories } from './repositories';

function notConfigured(cluster: ClusterInventory): GitOpsError {
  return new GitOpsError({
    code: 'notConfigured',
    field: 'underCluster',
    problem: `Nobody has said yet where changes of ${cluster.settings.title} are proposed.`,
    remedy: 'Ask the platform team to set it up.',
  });
}

/** The repositories of an under cluster as they are, or why they can't be told. */
export type RepositoriesOfCluster =
  | { read: GitOpsRepository[] }
  | { problem: string }
  | { refused: GitOpsError };

/** Reads the repositories of an under cluster; a Git host that does not answer is a problem in words, and no error. */
export async function repositoriesOf(
  cluster: ClusterInventory,
  repositories: ManifestRepositories,
): Promise<RepositoriesOfCluster> {
  const configured = cluster.settings.repositories;
  if (configured.length === 0) return { refused: notConfigured(cluster) };
  try {
    const read = await Promise.all(
      configured.map(async repository => ({
        settings: gitOpsSettingsOf(repository),
        files: (await repositories.read(repository)).files,
      })),
    );
    return { read };
  } catch (error) {
    if (error instanceof GitOpsError) return { refused: error };
    if (error instanceof Error && error.name === 'ServiceUnavailableError') {
      return { problem: error.message };
    }
    throw error;
  }
}
