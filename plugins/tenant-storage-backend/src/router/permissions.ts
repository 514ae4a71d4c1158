import type {
  AuthService,
  BackstageCredentials,
  LoggerService,
  PermissionsRegistryService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import {
  InputError,
  ServiceUnavailableError,
  stringifyError,
} from '@backstage/errors';
import {
  AuthorizeResult,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  changeCreatePermission,
  fleetReadPermission,
  platformChangeCreatePermission,
  tenantReadPermission,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  parseTenantResourceRef,
  tenantPermissionResourceRef,
  tenantPermissionRules,
  underClusterPermissionResourceRef,
  underClusterPermissionRules,
  type TenantResource,
  type UnderClusterResource,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { ConfigSection } from '../configuration/configSection';
import type { Inventory } from '../inventory/types';
import { parseOwner, type TenantOwners } from '../ownership';
import { isTenant } from '../views';

/** What one caller may do, decided once for the request. */
export interface Access {
  mayReadTenant(tenant: TenantResource): boolean;
  /** Whether the caller may ask for a change of its storage; nobody may of a tenant that they may not read. */
  mayChangeTenant(tenant: TenantResource): boolean;
  mayReadUnderCluster(underCluster: UnderClusterResource): boolean;
  /** Whether the caller may ask for a change of what its storage is made of; nobody may of an under cluster that they may not read. */
  mayChangeUnderCluster(underCluster: UnderClusterResource): boolean;
}

/** Of the permissions that are asked about, in the order in which they are. */
interface Decisions {
  tenant: PolicyDecision;
  fleet: PolicyDecision;
  change: PolicyDecision;
  platformChange: PolicyDecision;
}

/** Asks the permission system, or, while it is switched off, whether the caller is in a group of `tenantStorage.access.groups`. */
export class Permissions {
  readonly #auth: AuthService;
  readonly #logger: LoggerService;
  readonly #userInfo: UserInfoService;
  readonly #permissions: PermissionsService;
  readonly #permissionsRegistry: PermissionsRegistryService;
  readonly #enabled: boolean;
  readonly #groups: ReadonlySet<string>;

  /**
   * Registers the plugin's resources with the permission system too, so that others can authorize single tenants.
   *
   * @throws InputError naming the key that can't be read.
   */
  static create(options: {
    config: Config;
    auth: AuthService;
    logger: LoggerService;
    userInfo: UserInfoService;
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
    inventory: Pick<Inventory, 'cluster'>;
    owners: TenantOwners;
  }): Permissions {
    const { permissionsRegistry, inventory, owners } = options;
    permissionsRegistry.addResourceType({
      resourceRef: tenantPermissionResourceRef,
      permissions: [tenantReadPermission, changeCreatePermission],
      rules: Object.values(tenantPermissionRules),
      getResources: async refs =>
        refs.map(ref => {
          const tenant = parseTenantResourceRef(ref);
          const cluster = tenant && inventory.cluster(tenant.underCluster);
          return cluster && isTenant(cluster, tenant.name)
            ? { ...tenant, owners: owners.ownersOf(cluster, tenant.name) }
            : undefined;
        }),
    });
    permissionsRegistry.addResourceType({
      resourceRef: underClusterPermissionResourceRef,
      permissions: [fleetReadPermission, platformChangeCreatePermission],
      rules: Object.values(underClusterPermissionRules),
      getResources: async refs =>
        refs.map(name => (inventory.cluster(name) ? { name } : undefined)),
    });
    return new Permissions(options);
  }

  private constructor(options: {
    config: Config;
    auth: AuthService;
    logger: LoggerService;
    userInfo: UserInfoService;
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
  }) {
    this.#auth = options.auth;
    this.#logger = options.logger;
    this.#userInfo = options.userInfo;
    this.#permissions = options.permissions;
    this.#permissionsRegistry = options.permissionsRegistry;
    this.#enabled =
      options.config.getOptionalBoolean('permission.enabled') ?? false;
    this.#groups = new Set(accessGroups(options.config));
  }

  /** @throws ServiceUnavailableError if the permission system does not answer. */
  async accessOf(credentials: BackstageCredentials): Promise<Access> {
    const { tenant, fleet, change, platformChange } = await this.#decisions(
      credentials,
    );
    const tenantAllowed = createConditionAuthorizer(
      this.#permissionsRegistry.getPermissionRuleset(
        tenantPermissionResourceRef,
      ),
    );
    const underClusterAllowed = createConditionAuthorizer(
      this.#permissionsRegistry.getPermissionRuleset(
        underClusterPermissionResourceRef,
      ),
    );
    return {
      mayReadTenant: resource => tenantAllowed(tenant, resource),
      mayChangeTenant: resource =>
        tenantAllowed(tenant, resource) && tenantAllowed(change, resource),
      mayReadUnderCluster: resource => underClusterAllowed(fleet, resource),
      mayChangeUnderCluster: resource =>
        underClusterAllowed(fleet, resource) &&
        underClusterAllowed(platformChange, resource),
    };
  }

  async #decisions(credentials: BackstageCredentials): Promise<Decisions> {
    if (!this.#enabled && this.#auth.isPrincipal(credentials, 'user')) {
      // Without permissions the permissions service allows everything to everybody, which is not for tenants' storage.
      const { ownershipEntityRefs } = await this.#userInfo.getUserInfo(
        credentials,
      );
      const member = ownershipEntityRefs.some(ref =>
        this.#groups.has(ref.toLowerCase()),
      );
      const decision: PolicyDecision = {
        result: member ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
      };
      return {
        tenant: decision,
        fleet: decision,
        change: decision,
        platformChange: decision,
      };
    }
    try {
      const [tenant, fleet, change, platformChange] =
        await this.#permissions.authorizeConditional(
          [
            { permission: tenantReadPermission },
            { permission: fleetReadPermission },
            { permission: changeCreatePermission },
            { permission: platformChangeCreatePermission },
          ],
          { credentials },
        );
      return { tenant, fleet, change, platformChange };
    } catch (error) {
      // The cause is for the log: it tells readers how the portal is built.
      this.#logger.error(
        'Permissions cannot be checked, so nothing is shown to anybody',
        error instanceof Error ? error : new Error(stringifyError(error)),
      );
      throw new ServiceUnavailableError(
        'Permissions cannot be checked now, so nothing is shown; try again in a moment',
      );
    }
  }
}

function accessGroups(config: Config): string[] {
  const access = new ConfigSection(
    'tenantStorage.access',
    config.getOptional('tenantStorage.access') ?? {},
    ['groups'],
  );
  const key = `${access.key}.groups`;
  const groups = access.value('groups') ?? [];
  if (!Array.isArray(groups)) {
    throw new InputError(`${key} has to be a list of groups`);
  }
  return groups.map((text, index) => {
    const ref = typeof text === 'string' ? parseOwner(text) : undefined;
    if (!ref) {
      throw new InputError(
        `${key}[${index}] is not a group: write it as group:default/NAME`,
      );
    }
    return ref;
  });
}
