import type {
  QuotaChange,
  QuotaChangePreview,
  QuotaImpact,
  StorageRequest,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  classLimitOf,
  GitOpsError,
  planQuota,
  quotaReason,
  quotaSize,
  refusalOf,
  RepositoryFiles,
  smallestUnblockingQuota,
  usedOf,
  type ChangePlan,
  type QuotaFacts,
  type QuotaRequest,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ClusterInventory } from '../inventory/types';
import { freshnessOf, TENANT_KINDS } from '../views/freshness';
import { quotaFactsOf } from './quotaFacts';
import { NOT_ASKED_YET } from './askedReason';
import type { ManifestRepositories } from './repositories';
import { repositoriesOf, type RepositoriesOfCluster } from './repositoriesOf';

/** What a size would mean for the tenant. */
function impactOf(facts: QuotaFacts, after: bigint | undefined): QuotaImpact {
  const before = classLimitOf(facts)?.hard ?? null;
  const smallest = smallestUnblockingQuota(facts);
  // Where the quota of the class has room for what waits, another limit keeps it waiting.
  const unblocks =
    smallest !== null && (before === null || smallest > BigInt(before));
  const used = usedOf(facts);
  return {
    before,
    after: after === undefined ? null : `${after}`,
    used: used === undefined ? null : `${used}`,
    headroom: facts.headroom,
    headroomAfter: facts.headroomAfter,
    smallestUnblocking: unblocks ? `${smallest}` : null,
    pending: facts.pending,
  };
}

/** The size, if size and reason can be taken; nothing else is worth asking a Git host for. */
function sizeOf({ size, reason }: QuotaChange): {
  bytes?: bigint;
  isWhole: boolean;
} {
  let bytes: bigint | undefined;
  try {
    bytes = quotaSize(size).bytes;
    if (reason !== undefined) quotaReason(reason);
    return { bytes, isWhole: true };
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { bytes, isWhole: false };
  }
}

/** What can be said without Git: the plan on a repository in which there is nothing. */
function withoutGit(request: QuotaRequest, facts: QuotaFacts): ChangePlan {
  return planQuota({
    request,
    repositories: [
      {
        settings: {
          host: '',
          repository: '',
          newFiles: { quota: '{tenant}.yaml' },
        },
        files: RepositoryFiles.from([]),
      },
    ],
    // Who owns the live quota is a matter of what is in Git.
    facts: { ...facts, quotas: {} },
    audience: 'requester',
  });
}

/**
 * What another storage quota would mean for a tenant, and what would be proposed. Nothing is changed, and nothing is told of other
 * tenants.
 *
 * @param options - `requester`: entity reference of who asks. `openRequest`: as the requester may see it.
 */
export async function quotaPreview(options: {
  change: QuotaChange;
  requester: string;
  cluster: ClusterInventory;
  repositories: ManifestRepositories;
  openRequest: StorageRequest | undefined;
  now: number;
}): Promise<QuotaChangePreview> {
  const { change, requester, cluster, openRequest, now } = options;
  const { bytes, isWhole } = sizeOf(change);
  const facts = quotaFactsOf(cluster, change.tenant, {
    sizeBytes: bytes,
    fleet: false,
    now,
  });
  const request: QuotaRequest = {
    underCluster: change.underCluster,
    tenant: change.tenant,
    size: change.size,
    reason: change.reason ?? NOT_ASKED_YET,
    requester,
    allowBelowUse: change.allowBelowUse,
  };
  const repositories: RepositoriesOfCluster = isWhole
    ? await repositoriesOf(cluster, options.repositories)
    : { read: [] };

  const shown = (
    plan: ChangePlan,
    more: Partial<QuotaChangePreview> = {},
  ): QuotaChangePreview => ({
    changed: plan.changed,
    summary: plan.summary,
    title: plan.title,
    body: change.reason === undefined || !plan.changed ? null : plan.body,
    repository: plan.repository,
    files: plan.files.map(({ path, status }) => ({ path, status })),
    diff: plan.diff,
    warnings: plan.warnings,
    refusals: plan.refusals,
    gates: plan.gates,
    impact: impactOf(facts, bytes),
    openRequest: openRequest ?? null,
    repositoryProblem: null,
    freshness: freshnessOf(cluster, TENANT_KINDS, now),
    ...more,
  });

  if ('read' in repositories) {
    return shown(
      planQuota({
        request,
        repositories: repositories.read,
        facts,
        audience: 'requester',
      }),
    );
  }
  const plan = withoutGit(request, facts);
  const nothing = { repository: null, files: [], diff: '', body: null };
  if ('refused' in repositories) {
    const refusal = refusalOf(repositories.refused, 'requester');
    return shown(plan, {
      ...nothing,
      changed: false,
      summary: refusal.message,
      refusals: [refusal, ...plan.refusals],
    });
  }
  return shown(plan, {
    ...nothing,
    // What is refused whatever is in Git is refused now.
    changed: plan.refusals.length > 0 ? false : null,
    repositoryProblem: repositories.problem,
  });
}
