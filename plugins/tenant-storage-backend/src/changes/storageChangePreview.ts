import type {
  StorageChangePreview,
  StorageChangePreviewWish,
  StorageRequest,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  GitOpsError,
  planStorageChange,
  quotaReason,
  readEarlierChanges,
  readStorageChange,
  refusalOf,
  type StorageChange,
  type StorageChangePlan,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ClusterInventory } from '../inventory/types';
import { freshnessOf } from '../views/freshness';
import { NOT_ASKED_YET } from './askedReason';
import { CHANGE_KINDS } from './changeKinds';
import type { ManifestRepositories } from './repositories';
import { repositoriesOf, type RepositoriesOfCluster } from './repositoriesOf';
import { underClusterFactsOf } from './underClusterFacts';

/** What the wish names, as far as it can be read; nothing else is worth asking a Git host for. */
function wishedOf(
  change: StorageChange,
  { after, input, reason }: StorageChangePreviewWish,
): { request?: unknown; isWhole: boolean } {
  let request: unknown;
  try {
    request = readStorageChange(change, input);
    if (reason !== undefined) quotaReason(reason);
    readEarlierChanges(change, after ?? []);
    return { request, isWhole: true };
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { request, isWhole: false };
  }
}

/** What is shown while what is in Git can't be told: nothing would be honest to say of files. */
function withoutGit(
  change: StorageChange,
  request: unknown,
  facts: UnderClusterFacts,
): StorageChangePlan {
  return {
    changed: false,
    summary: 'What would be proposed can not be told without the repository.',
    repository: null,
    files: [],
    diff: '',
    title: '',
    body: '',
    branch: null,
    warnings: [],
    refusals: [],
    gates: change.gatesOf(request, facts),
    impact: [],
  };
}

/**
 * What a change of an under cluster's storage would do, and what would be proposed; for the platform's people. Nothing is changed.
 *
 * @param options - `requester`: entity reference of who asks. `openRequestOf`: the open request about an object, as the platform may see it.
 */
export async function storageChangePreview(options: {
  change: StorageChange;
  wish: StorageChangePreviewWish;
  requester: string;
  cluster: ClusterInventory;
  repositories: ManifestRepositories;
  openChanges: UnderClusterFacts['openChanges'];
  openRequestOf: (object: string) => Promise<StorageRequest | undefined>;
  now: number;
}): Promise<StorageChangePreview> {
  const { change, wish, requester, cluster, openChanges, now } = options;
  const { request, isWhole } = wishedOf(change, wish);
  const facts = underClusterFactsOf(cluster, {
    namespaces: request === undefined ? [] : change.namespacesOf(request),
    openChanges,
    now,
  });
  const openRequest =
    request === undefined
      ? undefined
      : await options.openRequestOf(change.objectOf(request));
  const repositories: RepositoriesOfCluster = isWhole
    ? await repositoriesOf(cluster, options.repositories)
    : { read: [] };

  const shown = (
    plan: StorageChangePlan,
    more: Partial<StorageChangePreview> = {},
  ): StorageChangePreview => ({
    changed: plan.changed,
    summary: plan.summary,
    title: plan.title,
    body: wish.reason === undefined || !plan.changed ? null : plan.body,
    branch: plan.branch,
    repository: plan.repository,
    files: plan.files.map(({ path, status }) => ({ path, status })),
    diff: plan.diff,
    warnings: plan.warnings,
    refusals: plan.refusals,
    gates: plan.gates,
    impact: plan.impact,
    openRequest: openRequest ?? null,
    repositoryProblem: null,
    freshness: freshnessOf(cluster, CHANGE_KINDS[change.kind], now, 'platform'),
    ...more,
  });

  if ('read' in repositories) {
    return shown(
      planStorageChange(change, {
        underCluster: cluster.settings.name,
        input: wish.input,
        reason: wish.reason ?? NOT_ASKED_YET,
        requester,
        repositories: repositories.read,
        facts,
        after: wish.after,
      }),
    );
  }
  const plan = withoutGit(change, request, facts);
  if ('problem' in repositories) {
    return shown(plan, {
      changed: null,
      repositoryProblem: repositories.problem,
    });
  }
  const refusal = refusalOf(repositories.refused, 'approver');
  return shown(plan, { summary: refusal.message, refusals: [refusal] });
}
