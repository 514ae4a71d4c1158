import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { ClusterInventory, Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import { isTenant } from '../views';
import type { Access } from './permissions';
import { isLabel, isSubdomain } from './query';

/** What one request is about, once it is allowed. */
export interface AllowedTenant {
  cluster: ClusterInventory;
  tenant: string;
  owners: string[];
  /** Whether the caller may ask for a change of its storage, and there is a place to propose it. */
  canRequest: boolean;
}

/**
 * Always the same words, so that they don't tell a tenant that exists from one that doesn't. Names that can't exist get them
 * too: they are no special case to probe, and nothing in them is ever looked up.
 */
export function notFound(): NotFoundError {
  return new NotFoundError(
    'There is nothing here that you may read or change: it does not exist, it is not yours to read or to change, or it is not known yet',
  );
}

/** Finds what a caller names, if it is allowed. */
export class AllowedTenants {
  readonly #inventory: Inventory;
  readonly #owners: TenantOwners;

  constructor(options: { inventory: Inventory; owners: TenantOwners }) {
    this.#inventory = options.inventory;
    this.#owners = options.owners;
  }

  /**
   * A tenant that the caller may read.
   *
   * @throws NotFoundError if there is no such tenant, or the caller may not read it.
   * @throws ServiceUnavailableError if it can't be told now; said only to who may read the whole under cluster.
   */
  readable(
    names: { underCluster: string; tenant: string },
    access: Access,
  ): AllowedTenant {
    return this.#allowed(names, access, 'mayReadTenant');
  }

  /**
   * A tenant whose storage the caller may ask to change.
   *
   * @throws as {@link AllowedTenants.readable}.
   */
  changeable(
    names: { underCluster: string; tenant: string },
    access: Access,
  ): AllowedTenant {
    return this.#allowed(names, access, 'mayChangeTenant');
  }

  #allowed(
    { underCluster, tenant }: { underCluster: string; tenant: string },
    access: Access,
    permission: 'mayReadTenant' | 'mayChangeTenant',
  ): AllowedTenant {
    if (!isLabel(underCluster) || !isLabel(tenant)) throw notFound();
    const cluster = this.#inventory.cluster(underCluster);
    const owners = cluster ? this.#owners.ownersOf(cluster, tenant) : [];
    // Asked whether or not the tenant exists, so that both take as long.
    const resource = { underCluster, name: tenant, owners };
    const isAllowed = access[permission](resource);
    const mayChange = access.mayChangeTenant(resource);
    const mayReadUnderCluster = access.mayReadUnderCluster({
      name: underCluster,
    });
    const exists = cluster && isTenant(cluster, tenant);
    if (!cluster || !isAllowed || exists === false) throw notFound();
    if (exists === undefined) {
      if (!mayReadUnderCluster) throw notFound();
      throw new ServiceUnavailableError(
        `Whether under cluster ${underCluster} has a tenant ${tenant} can't be told now, because its quotas can't be read; look at the state of the under cluster`,
      );
    }
    return {
      cluster,
      tenant,
      owners,
      canRequest: mayChange && cluster.settings.repositories.length > 0,
    };
  }
}

/** What a request names, as far as it can be a name: what can't may be anything, and stays out of the record. */
export function metaOfNames(
  names: Partial<Record<'underCluster' | 'tenant' | 'volume', unknown>>,
): JsonObject {
  const { underCluster, tenant, volume } = names;
  const isText = (value: unknown): value is string => typeof value === 'string';
  return {
    ...(isText(underCluster) && isLabel(underCluster) && { underCluster }),
    ...(isText(tenant) && isLabel(tenant) && { tenant }),
    ...(isText(volume) && isSubdomain(volume) && { volume }),
  };
}
