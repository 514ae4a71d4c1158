import { QuotaChange } from '@kmetal/backstage-plugin-tenant-storage-common';
import { TenantRef } from '../api/TenantStorageApi';

/** Which fields of the form hold what, as `ui:options` of a field say. */
export interface WishFields {
  tenantField?: string;
  sizeField?: string;
  reasonField?: string;
  allowBelowUseField?: string;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The tenant that a field's value names; undefined as long as none is picked. */
export function tenantOf(value: unknown): TenantRef | undefined {
  const { underCluster, tenant } = recordOf(value);
  return textOf(underCluster) && textOf(tenant)
    ? { underCluster: textOf(underCluster), tenant: textOf(tenant) }
    : undefined;
}

/** What the form wishes for by now; undefined as long as no tenant is picked. Nothing that isn't typed is made up. */
export function wishOf(
  formData: unknown,
  fields: WishFields = {},
): QuotaChange | undefined {
  const form = recordOf(formData);
  const tenant = tenantOf(form[fields.tenantField ?? 'tenant']);
  if (!tenant) return undefined;
  const reason = textOf(form[fields.reasonField ?? 'reason']);
  return {
    ...tenant,
    size: textOf(form[fields.sizeField ?? 'size']),
    // Blanks are no reason; the backend says so before anything is sent.
    ...(reason && { reason }),
    ...(form[fields.allowBelowUseField ?? 'allowBelowUse'] === true && {
      allowBelowUse: true,
    }),
  };
}
