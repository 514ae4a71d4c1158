import type {
  Tenant,
  TenantStatus,
  TenantSummary,
  Trouble,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { diagnoseTenant } from '../diagnosis';
import type { ClusterInventory } from '../inventory/types';
import { cdiView } from './cdi';
import {
  freshnessOf,
  isKnown,
  isSeen,
  problemsOf,
  STATUS_KINDS,
  TENANT_KINDS,
} from './freshness';
import { headroomOf, quotaLimitView, ratioOf } from './headroom';
import { hiddenConsumersOf } from './hiddenConsumers';
import { quotaLimitsOf } from './quotaLimits';
import { storageClassView } from './storageClass';
import { sumCharged, tenantClusterViews } from './tenantCluster';
import { countVolumes, diagnosedVolumesOf } from './volume';

function statusOf(
  cluster: ClusterInventory,
  troubles: readonly Trouble[],
): TenantStatus {
  if (troubles[0]?.severity === 'error') {
    return 'error';
  }
  if (!STATUS_KINDS.every(kind => isSeen(cluster, kind))) {
    return 'unknown';
  }
  return troubles[0]?.severity === 'warning' ? 'warning' : 'ok';
}

/** What the summary and the page of a tenant have in common. */
function assess(cluster: ClusterInventory, tenant: string, now: number) {
  const quotas = quotaLimitsOf(cluster, tenant);
  const diagnosed = diagnosedVolumesOf(cluster, tenant, now);
  const volumes = diagnosed.map(({ facts }) => facts);
  const { headroom, ordered } = headroomOf(cluster, quotas, volumes);
  const storageClass = storageClassView(cluster);
  const cdi = cdiView(cluster);
  const tenantClusters = tenantClusterViews(cluster, tenant, volumes);
  const troubles = diagnoseTenant({
    cluster,
    quotas,
    limits: ordered,
    headroom,
    // Without a name there is no CSI controller to look for.
    tenantClusters: tenantClusters.filter(({ name }) => name !== null),
    storageClass,
    cdi,
    volumeTroubles: diagnosed.map(({ facts, troubles: own }) => ({
      volume: facts.name,
      troubles: own,
    })),
    now,
  });
  return {
    quotas,
    limits: ordered,
    headroom,
    storageClass,
    cdi,
    tenantClusters,
    volumes,
    troubles,
    status: statusOf(cluster, troubles),
    counts: isKnown(cluster, 'PersistentVolumeClaim')
      ? countVolumes(
          diagnosed.map(({ facts, state }) => ({
            purpose: facts.purpose,
            state,
          })),
        )
      : null,
  };
}

/**
 * A tenant's page. For a tenant's people: it tells nothing of other tenants.
 *
 * @param owners - entity references of the tenant's owners
 * @param canRequest - whether the reader may ask for a change of its storage
 */
export function tenantView(
  cluster: ClusterInventory,
  tenant: string,
  owners: readonly string[],
  now: number,
  canRequest: boolean = false,
): Tenant {
  const { settings } = cluster;
  const facts = assess(cluster, tenant, now);
  return {
    underCluster: settings.name,
    underClusterTitle: settings.title,
    name: tenant,
    owners: [...owners],
    status: facts.status,
    quotaState: facts.quotas.state,
    canRequest,
    limits: facts.limits.map(quotaLimitView),
    headroom: facts.headroom,
    charged: sumCharged(cluster, facts.volumes),
    tenantClusters: facts.tenantClusters,
    hiddenConsumers: hiddenConsumersOf(cluster, facts.limits, facts.volumes),
    volumes: facts.counts,
    storageClass: facts.storageClass,
    cdi: facts.cdi,
    troubles: facts.troubles,
    freshness: freshnessOf(cluster, TENANT_KINDS, now),
    errors: problemsOf(cluster, TENANT_KINDS, now),
  };
}

/** A tenant's line in the list of tenants. */
export function tenantSummary(
  cluster: ClusterInventory,
  tenant: string,
  owners: readonly string[],
  now: number,
): TenantSummary {
  const facts = assess(cluster, tenant, now);
  const limit = facts.limits.find(({ resource }) => resource === 'bytes');
  const used = limit
    ? limit.used?.toString() ?? null
    : sumCharged(cluster, facts.volumes);
  return {
    underCluster: cluster.settings.name,
    underClusterTitle: cluster.settings.title,
    name: tenant,
    owners: [...owners],
    status: facts.status,
    quotaState: facts.quotas.state,
    used,
    hard: limit ? `${limit.hard}` : null,
    usedRatio:
      limit?.used === undefined ? null : ratioOf(limit.used, limit.hard),
    headroom: facts.headroom,
    volumes: facts.counts,
    worstTrouble: facts.troubles[0] ?? null,
  };
}
