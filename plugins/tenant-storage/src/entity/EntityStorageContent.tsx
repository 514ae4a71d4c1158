import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { TenantStorage } from '../tenant/TenantStorage';
import { tenantOfEntity } from './tenantOfEntity';

/** The Storage tab of the entity in whose page it stands. */
export function EntityStorageContent() {
  const { entity } = useEntity();
  const tenant = tenantOfEntity(entity);
  return tenant ? (
    <TenantStorage {...tenant} />
  ) : (
    <MissingAnnotationEmptyState
      annotation={[UNDER_CLUSTER_ANNOTATION, TENANT_ANNOTATION]}
    />
  );
}
