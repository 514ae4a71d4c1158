export {
  freshnessOf,
  problemsOf,
  TENANCY_KINDS,
  TENANT_KINDS,
  UNDER_CLUSTER_KINDS,
  VOLUME_KINDS,
  type Audience,
} from './freshness';
export {
  tenantPage,
  volumeList,
  type TenantQuery,
  type VolumeQuery,
} from './lists';
export {
  pageOf,
  type Page,
  type PageRequest,
  type SortOrder,
  type SortValue,
} from './page';
export { isTenant, tenantsKnown, tenantsOf } from './tenancy';
export { tenantSummary, tenantView } from './tenant';
export { underClusterView } from './underCluster';
export { volumeDetail, volumeViews } from './volume';
