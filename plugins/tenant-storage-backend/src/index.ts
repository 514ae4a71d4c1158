/**
 * The backend of kMetal tenant storage.
 *
 * @packageDocumentation
 */
export { tenantStoragePlugin as default } from './plugin';
