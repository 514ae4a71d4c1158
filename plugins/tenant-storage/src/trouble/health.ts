import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';

/** Whether a tenant's storage works, in numbers. */
export interface Health {
  state: Tenant['status'];
  errors: number;
  warnings: number;
}

/** Counts what is wrong with a tenant. */
export function healthOf(tenant: Tenant): Health {
  const count = (severity: string) =>
    tenant.troubles.filter(trouble => trouble.severity === severity).length;
  return {
    state: tenant.status,
    errors: count('error'),
    warnings: count('warning'),
  };
}
