import { createConditionExports } from '@backstage/plugin-permission-node';
import {
  tenantPermissionResourceRef,
  underClusterPermissionResourceRef,
} from './resources';
import { tenantPermissionRules, underClusterPermissionRules } from './rules';

const tenant = createConditionExports({
  resourceRef: tenantPermissionResourceRef,
  rules: tenantPermissionRules,
});

const underCluster = createConditionExports({
  resourceRef: underClusterPermissionResourceRef,
  rules: underClusterPermissionRules,
});

/**
 * Conditions on tenants, for a permission policy:
 * `isOwner({ owners })`, `isInUnderCluster({ underClusters })`, `hasName({ names })`.
 *
 * @public
 */
export const tenantConditions = tenant.conditions;

/**
 * Makes the decision of a policy out of conditions on tenants, for `tenant-storage.tenant.read`.
 *
 * @public
 */
export const createTenantConditionalDecision = tenant.createConditionalDecision;

/**
 * Conditions on under clusters, for a permission policy: `isUnderCluster({ names })`.
 *
 * @public
 */
export const underClusterConditions = underCluster.conditions;

/**
 * Makes the decision of a policy out of conditions on under clusters, for `tenant-storage.fleet.read`.
 *
 * @public
 */
export const createUnderClusterConditionalDecision =
  underCluster.createConditionalDecision;
