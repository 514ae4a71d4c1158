/**
 * Annotation of catalog entities: the under cluster that the tenant of `kmetal.io/tenant` is in.
 *
 * @public
 */
export const UNDER_CLUSTER_ANNOTATION = 'kmetal.io/under-cluster';

/**
 * Annotation of catalog entities: the tenant's namespace in its under cluster.
 *
 * @public
 */
export const TENANT_ANNOTATION = 'kmetal.io/tenant';

/**
 * Channel of the signals service on which readers of a tenant are told to look again. The message is `{}`.
 *
 * @public
 */
export function tenantSignalChannel(
  underCluster: string,
  tenant: string,
): string {
  return `tenant-storage:${underCluster}/${tenant}`;
}
