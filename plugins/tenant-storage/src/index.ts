/**
 * What a tenant's developer sees of the tenant's storage: an overview card and a Storage tab. The default export is the plugin for
 * the new frontend system.
 *
 * @packageDocumentation
 */
export { tenantStoragePlugin as default } from './plugin';
export { tenantStorageApiRef } from './api/TenantStorageApi';
export type { TenantRef, TenantStorageApi } from './api/TenantStorageApi';
export { TenantStorageClient } from './api/TenantStorageClient';
export { tenantStorageTranslationRef } from './translation';
