import {
  AuthorizeResult,
  isPermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import {
  changeCreatePermission,
  fleetReadPermission,
  platformChangeCreatePermission,
  tenantReadPermission,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  createTenantConditionalDecision,
  tenantConditions,
} from './conditions';

/**
 * Who is who, for {@link tenantStoragePolicy}.
 *
 * @public
 */
export interface TenantStoragePolicyOptions {
  /** Entity references of the groups (or users) that run the platform and see everything, e.g. `group:default/platform`. */
  platformGroups: string[];
}

/**
 * A ready policy for the permissions of tenant storage: owners read their tenants and ask for changes of them, platform groups
 * do so for all of them, nobody else reads or asks for anything. Call it first in the portal's own policy:
 *
 * ```ts
 * async handle(request: PolicyQuery, user?: PolicyQueryUser): Promise<PolicyDecision> {
 *   return (
 *     tenantStoragePolicy(request, user, { platformGroups: ['group:default/platform'] }) ??
 *     { result: AuthorizeResult.ALLOW } // whatever the portal decides about everything else
 *   );
 * }
 * ```
 *
 * @returns a decision on the permissions of tenant storage, and undefined on every other permission.
 * @public
 */
export function tenantStoragePolicy(
  request: PolicyQuery,
  user: Pick<PolicyQueryUser, 'info'> | undefined,
  options: TenantStoragePolicyOptions,
): PolicyDecision | undefined {
  const { permission } = request;
  const aboutTenant = [tenantReadPermission, changeCreatePermission].find(
    each => isPermission(permission, each),
  );
  const aboutUnderCluster = [
    fleetReadPermission,
    platformChangeCreatePermission,
  ].some(each => isPermission(permission, each));
  if (!aboutTenant && !aboutUnderCluster) {
    return undefined;
  }
  const refs = (user?.info.ownershipEntityRefs ?? []).map(ref =>
    ref.toLowerCase(),
  );
  const platform = options.platformGroups.map(ref => ref.toLowerCase());
  if (refs.some(ref => platform.includes(ref))) {
    return { result: AuthorizeResult.ALLOW };
  }
  if (!aboutTenant || refs.length === 0) {
    return { result: AuthorizeResult.DENY };
  }
  return createTenantConditionalDecision(
    aboutTenant,
    tenantConditions.isOwner({ owners: refs }),
  );
}
