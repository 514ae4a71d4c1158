import { createPermissionRule } from '@backstage/plugin-permission-node';
import { z } from 'zod';
import {
  tenantPermissionResourceRef,
  underClusterPermissionResourceRef,
} from './resources';

const isOwner = createPermissionRule({
  name: 'IS_OWNER',
  description: 'Allow tenants that one of these owns',
  resourceRef: tenantPermissionResourceRef,
  paramsSchema: z.object({
    owners: z
      .array(z.string())
      .describe('Entity references, such as group:default/team-alpha'),
  }),
  apply: (tenant, { owners }) =>
    owners.some(owner => tenant.owners.includes(owner.toLowerCase())),
  toQuery: ({ owners }) => ({
    key: 'owners',
    values: owners.map(owner => owner.toLowerCase()),
  }),
});

const isInUnderCluster = createPermissionRule({
  name: 'IS_IN_UNDER_CLUSTER',
  description: 'Allow tenants of these under clusters',
  resourceRef: tenantPermissionResourceRef,
  paramsSchema: z.object({
    underClusters: z.array(z.string()).describe('Names of under clusters'),
  }),
  apply: (tenant, { underClusters }) =>
    underClusters.includes(tenant.underCluster),
  toQuery: ({ underClusters }) => ({
    key: 'underCluster',
    values: underClusters,
  }),
});

const hasName = createPermissionRule({
  name: 'HAS_NAME',
  description: 'Allow tenants of these names, in whatever under cluster',
  resourceRef: tenantPermissionResourceRef,
  paramsSchema: z.object({
    names: z.array(z.string()).describe('Names of tenants'),
  }),
  apply: (tenant, { names }) => names.includes(tenant.name),
  toQuery: ({ names }) => ({ key: 'name', values: names }),
});

const isUnderCluster = createPermissionRule({
  name: 'IS_UNDER_CLUSTER',
  description: 'Allow under clusters of these names',
  resourceRef: underClusterPermissionResourceRef,
  paramsSchema: z.object({
    names: z.array(z.string()).describe('Names of under clusters'),
  }),
  apply: (underCluster, { names }) => names.includes(underCluster.name),
  toQuery: ({ names }) => ({ key: 'name', values: names }),
});

/**
 * Rules about tenants, for conditions on `tenant-storage.tenant.read`.
 *
 * @public
 */
export const tenantPermissionRules = { isOwner, isInUnderCluster, hasName };

/**
 * Rules about under clusters, for conditions on `tenant-storage.fleet.read`.
 *
 * @public
 */
export const underClusterPermissionRules = { isUnderCluster };
