export { parseOwner } from './entityRef';
export { TenantOwners } from './tenantOwners';
