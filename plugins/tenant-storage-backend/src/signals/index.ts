export { TenantReaders } from './tenantReaders';
