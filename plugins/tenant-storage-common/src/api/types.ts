import type { components, operations } from './openapi.generated';

/** @public Why an answer is not whole. */
export type Problem = components['schemas']['Problem'];
/** @public What is known of one kind of Kubernetes object. */
export type KindState = components['schemas']['KindState'];
/** @public How far an answer can be trusted. */
export type Freshness = components['schemas']['Freshness'];
/** @public Something a person should know. */
export type Trouble = components['schemas']['Trouble'];
/** @public Answer of `GET /v1/under-clusters`. */
export type UnderClusterList = components['schemas']['UnderClusterList'];
/** @public One under cluster, as the platform team sees it. */
export type UnderCluster = components['schemas']['UnderCluster'];
/** @public Answer of `GET /v1/tenants`. */
export type TenantList = components['schemas']['TenantList'];
/** @public A tenant in a list. */
export type TenantSummary = components['schemas']['TenantSummary'];
/** @public Whether a tenant works. */
export type TenantStatus = components['schemas']['TenantStatus'];
/** @public A tenant: quota, headroom, tenant clusters, troubles. */
export type Tenant = components['schemas']['Tenant'];
/** @public Whether quotas limit a tenant. */
export type QuotaState = components['schemas']['QuotaState'];
/** @public One key of one ResourceQuota. Numbers are decimal strings. */
export type QuotaLimit = components['schemas']['QuotaLimit'];
/** @public The largest volume that can be created now. */
export type Headroom = components['schemas']['Headroom'];
/** @public Volumes by state. */
export type VolumeCounts = components['schemas']['VolumeCounts'];
/** @public A tenant cluster and what it is charged. */
export type TenantCluster = components['schemas']['TenantCluster'];
/** @public The CSI controller of a tenant cluster. */
export type CsiController = components['schemas']['CsiController'];
/** @public What is charged without being a volume that the tenant asked for. */
export type HiddenConsumer = components['schemas']['HiddenConsumer'];
/** @public The class that volumes are carved out of. */
export type StorageClass = components['schemas']['StorageClass'];
/** @public CDI in an under cluster. */
export type Cdi = components['schemas']['Cdi'];
/** @public What a volume is for. */
export type VolumePurpose = components['schemas']['VolumePurpose'];
/** @public Whether a volume works. */
export type VolumeState = components['schemas']['VolumeState'];
/** @public Answer of `GET .../volumes`. */
export type VolumeList = components['schemas']['VolumeList'];
/** @public One volume. */
export type Volume = components['schemas']['Volume'];
/** @public Answer of `GET .../volumes/{volume}`. */
export type VolumeDetail = components['schemas']['VolumeDetail'];
/** @public Query of `GET /v1/tenants`. */
export type ListTenantsQuery = NonNullable<
  operations['listTenants']['parameters']['query']
>;
/** @public Query of `GET .../volumes`. */
export type ListVolumesQuery = NonNullable<
  operations['listVolumes']['parameters']['query']
>;
/** @public A wish for another storage quota: body of `POST /v1/changes/quota/preview` and `.../facts`. */
export type QuotaChange = components['schemas']['QuotaChange'];
/** @public Answer of `POST /v1/changes/quota/preview`. */
export type QuotaChangePreview = components['schemas']['QuotaChangePreview'];
/** @public What a size would mean for a tenant. */
export type QuotaImpact = components['schemas']['QuotaImpact'];
/** @public Answer of `POST /v1/changes/quota/facts`. */
export type QuotaChangeFacts = components['schemas']['QuotaChangeFacts'];
/** @public A repository that manifests of an under cluster are in. */
export type ManifestRepository = components['schemas']['ManifestRepository'];
/** @public Body of `POST /v1/requests`. */
export type NewStorageRequest = components['schemas']['NewStorageRequest'];
/** @public A change that somebody asked for, and how far it is. */
export type StorageRequest = components['schemas']['StorageRequest'];
/** @public How far a request is. */
export type StorageRequestState = components['schemas']['StorageRequestState'];
/** @public A state that a request was in. */
export type StorageRequestStep = components['schemas']['StorageRequestStep'];
/** @public Answer of `GET /v1/requests`. */
export type StorageRequestList = components['schemas']['StorageRequestList'];
/** @public Query of `GET /v1/requests`. */
export type ListRequestsQuery = NonNullable<
  operations['listRequests']['parameters']['query']
>;
/** @public What can be changed of an under cluster's storage. */
export type StorageChangeKind = components['schemas']['StorageChangeKind'];
/** @public Every change that is followed as a request. */
export type RequestedChange = components['schemas']['RequestedChange'];
/** @public A wish for a change: body of `POST /v1/changes/{change}/facts`. */
export type StorageChangeWish = components['schemas']['StorageChangeWish'];
/** @public A wish for a change that is previewed: body of `POST /v1/changes/{change}/preview`. */
export type StorageChangePreviewWish =
  components['schemas']['StorageChangePreviewWish'];
/** @public Answer of `POST /v1/changes/{change}/preview`. */
export type StorageChangePreview =
  components['schemas']['StorageChangePreview'];
/** @public One thing that a change means, in words. */
export type ChangeImpact = components['schemas']['ChangeImpact'];
/** @public Answer of `POST /v1/changes/{change}/facts`. */
export type StorageChangeFacts = components['schemas']['StorageChangeFacts'];
/** @public Body of `POST /v1/changes/{change}/requests`. */
export type NewStorageChangeRequest =
  components['schemas']['NewStorageChangeRequest'];
/** @public What plans of changes need to know of an under cluster. */
export type UnderClusterFacts = components['schemas']['UnderClusterFacts'];
