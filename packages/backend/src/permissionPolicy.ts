import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { RESOURCE_TYPE_CATALOG_ENTITY } from '@backstage/plugin-catalog-common/alpha';
import {
  catalogConditions,
  createCatalogConditionalDecision,
} from '@backstage/plugin-catalog-backend/alpha';
import {
  AuthorizeResult,
  isResourcePermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  createScaffolderTaskConditionalDecision,
  scaffolderTaskConditions,
} from '@backstage/plugin-scaffolder-backend/alpha';
import { RESOURCE_TYPE_SCAFFOLDER_TASK } from '@backstage/plugin-scaffolder-common/alpha';
import { tenantStoragePolicy } from '@kmetal/backstage-plugin-tenant-storage-node';

/**
 * The portal's policy: owners see the storage of their tenants, the platform team sees all of it, and what the plugins of
 * others ask is allowed. Entities of tenants that one may not read stay out of the catalog as well; and so do the Scaffolder's tasks of
 * others, whose parameters and logs tell who asked how much for which tenant, and why.
 */
export class PortalPolicy implements PermissionPolicy {
  readonly #platformGroups: string[];

  constructor(platformGroups: string[]) {
    this.#platformGroups = platformGroups;
  }

  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const platformGroups = this.#platformGroups;
    const decision = tenantStoragePolicy(request, user, { platformGroups });
    if (decision) return decision;

    const groups = user?.info.ownershipEntityRefs ?? [];
    const isPlatform = groups.some(group => platformGroups.includes(group));
    const { permission } = request;
    if (
      isResourcePermission(permission, RESOURCE_TYPE_CATALOG_ENTITY) &&
      !isPlatform
    ) {
      return createCatalogConditionalDecision(permission, {
        anyOf: [
          {
            not: catalogConditions.hasSpec({
              key: 'type',
              value: 'kmetal-tenant',
            }),
          },
          catalogConditions.isEntityOwner({ claims: groups }),
        ],
      });
    }
    if (
      isResourcePermission(permission, RESOURCE_TYPE_SCAFFOLDER_TASK) &&
      !isPlatform
    ) {
      return createScaffolderTaskConditionalDecision(
        permission,
        scaffolderTaskConditions.isTaskOwner({
          createdBy: user ? [user.info.userEntityRef] : [],
        }),
      );
    }
    return { result: AuthorizeResult.ALLOW };
  }
}

export default createBackendModule({
  pluginId: 'permission',
  moduleId: 'portal-policy',
  register(env) {
    env.registerInit({
      deps: { config: coreServices.rootConfig, policy: policyExtensionPoint },
      async init({ config, policy }) {
        policy.setPolicy(
          new PortalPolicy(
            config.getOptionalStringArray('portal.platformGroups') ?? [],
          ),
        );
      },
    });
  },
});
