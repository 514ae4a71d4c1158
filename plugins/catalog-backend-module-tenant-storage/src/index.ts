/**
 * Tenants of kMetal under clusters in the Backstage catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleTenantStorage as default } from './module';
