import { Entity } from '@backstage/catalog-model';
import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** The tenant that an entity names, if it names one. */
export function tenantOfEntity(
  entity: Entity,
): { underCluster: string; tenant: string } | undefined {
  const annotations = entity.metadata.annotations;
  const underCluster = annotations?.[UNDER_CLUSTER_ANNOTATION];
  const tenant = annotations?.[TENANT_ANNOTATION];
  return underCluster && tenant ? { underCluster, tenant } : undefined;
}
