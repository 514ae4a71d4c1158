import type { components, operations } from './openapi.generated';

type Schemas = components['schemas'];

/** @public Why an answer is not whole. */
export type Problem = Schemas['Problem'];
/** @public What is known of one kind of Kubernetes object. */
export type KindState = Schemas['KindState'];
/** @public How far an answer can be trusted. */
export type Freshness = Schemas['Freshness'];
/** @public Something a person should know. */
export type Trouble = Schemas['Trouble'];
/** @public */
export type UnderClusterList = Schemas['UnderClusterList'];
/** @public */
export type UnderCluster = Schemas['UnderCluster'];
/** @public */
export type TenantList = Schemas['TenantList'];
/** @public */
export type TenantSummary = Schemas['TenantSummary'];
/** @public */
export type TenantStatus = Schemas['TenantStatus'];
/** @public */
export type Tenant = Schemas['Tenant'];
/** @public Whether quotas limit a tenant. */
export type QuotaState = Schemas['QuotaState'];
/** @public One key of one ResourceQuota. Numbers are decimal strings. */
export type QuotaLimit = Schemas['QuotaLimit'];
/** @public The largest volume that can be created now. */
export type Headroom = Schemas['Headroom'];
/** @public */
export type VolumeCounts = Schemas['VolumeCounts'];
/** @public */
export type TenantCluster = Schemas['TenantCluster'];
/** @public */
export type CsiController = Schemas['CsiController'];
/** @public */
export type HiddenConsumer = Schemas['HiddenConsumer'];
/** @public */
export type StorageClass = Schemas['StorageClass'];
/** @public */
export type Cdi = Schemas['Cdi'];
/** @public */
export type VolumePurpose = Schemas['VolumePurpose'];
/** @public */
export type VolumeState = Schemas['VolumeState'];
/** @public */
export type VolumeList = Schemas['VolumeList'];
/** @public */
export type Volume = Schemas['Volume'];
/** @public */
export type VolumeDetail = Schemas['VolumeDetail'];
/** @public Query of `GET /v1/tenants`. */
export type ListTenantsQuery = NonNullable<
  operations['listTenants']['parameters']['query']
>;
/** @public Query of `GET .../volumes`. */
export type ListVolumesQuery = NonNullable<
  operations['listVolumes']['parameters']['query']
>;
