import { createHash } from 'node:crypto';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';
import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
  type TenantSummary,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** `spec.type` of the entities. */
export const TENANT_ENTITY_TYPE = 'kmetal-tenant';

const LOCATION_TYPE = 'tenant-storage';
/** The catalog takes no longer names. */
const LONGEST_NAME = 63;

/** Where entities of an under cluster say that they come from. */
export function locationOf(underCluster: string): string {
  return `${LOCATION_TYPE}:${underCluster}`;
}

/** The under cluster that an entity comes from; undefined if this module did not make the entity. */
export function underClusterOf(entity: Entity): string | undefined {
  const location = entity.metadata.annotations?.[ANNOTATION_LOCATION] ?? '';
  return entity.spec?.type === TENANT_ENTITY_TYPE &&
    location.startsWith(`${LOCATION_TYPE}:`)
    ? location.slice(LOCATION_TYPE.length + 1)
    : undefined;
}

/**
 * `<under cluster>.<tenant>`: neither holds a dot, so no two tenants share one. One that is too long for the catalog ends in a
 * hash of the whole instead, so it stays the same and its own.
 */
export function entityNameOf(underCluster: string, tenant: string): string {
  const name = `${underCluster}.${tenant}`;
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const start = name.slice(0, LONGEST_NAME - hash.length - 1);
  return `${start.replace(/[-.]+$/, '')}-${hash}`;
}

/** The catalog's entity of a tenant. Of several owners the catalog takes one, the first; all of them may read the tenant. */
export function tenantEntity(
  tenant: Pick<TenantSummary, 'underCluster' | 'name' | 'owners'>,
  options: { underClusterTitle: string; defaultOwner: string },
): Entity {
  const location = locationOf(tenant.underCluster);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: entityNameOf(tenant.underCluster, tenant.name),
      title: `${tenant.name} (${options.underClusterTitle})`,
      description: `Tenant ${tenant.name} of under cluster ${options.underClusterTitle}`,
      annotations: {
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
        [UNDER_CLUSTER_ANNOTATION]: tenant.underCluster,
        [TENANT_ANNOTATION]: tenant.name,
      },
      tags: ['kmetal'],
    },
    spec: {
      type: TENANT_ENTITY_TYPE,
      owner: tenant.owners[0] ?? options.defaultOwner,
    },
  };
}
