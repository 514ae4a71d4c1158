import type { UnderCluster } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { cdiView } from './cdi';
import { freshnessOf, problemsOf, UNDER_CLUSTER_KINDS } from './freshness';
import { storageClassView } from './storageClass';
import { tenantsKnown, tenantsOf } from './tenancy';

/** An under cluster, for people of the platform: troubles are told in the API server's own words. */
export function underClusterView(
  cluster: ClusterInventory,
  now: number,
): UnderCluster {
  return {
    name: cluster.settings.name,
    title: cluster.settings.title,
    tenants: tenantsKnown(cluster) ? tenantsOf(cluster).length : null,
    storageClass: storageClassView(cluster),
    cdi: cdiView(cluster),
    freshness: freshnessOf(cluster, UNDER_CLUSTER_KINDS, now, 'platform'),
    errors: problemsOf(cluster, UNDER_CLUSTER_KINDS, now, 'platform'),
  };
}
