import type { AuthService } from '@backstage/backend-plugin-api';
import type {
  Tenant,
  TenantList,
  UnderClusterList,
  VolumeDetail,
  VolumeList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Router } from 'express';
import type { Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import type { TenantReaders } from '../signals';
import {
  tenantView,
  underClusterView,
  volumeDetail,
  volumeList,
} from '../views';
import {
  metaOfNames,
  notFound,
  type AllowedTenant,
  type AllowedTenants,
} from './allowedTenant';
import type { Answering, Asked, AuditedAs } from './answering';
import {
  isSubdomain,
  listTenantsQuery,
  listUnderClustersQuery,
  listVolumesQuery,
  noQuery,
  parseQuery,
} from './query';
import { tenantList } from './tenantList';

/** A reading, recorded with the names in its path. */
function read(eventId: string, queryType: 'all' | 'by-name'): AuditedAs {
  return {
    eventId,
    metaOf: ({ request }) => ({ queryType, ...metaOfNames(request.params) }),
  };
}

/** What is known of tenants' storage. */
export function addReadingRoutes(
  router: Router,
  options: {
    answering: Answering;
    auth: AuthService;
    inventory: Inventory;
    owners: TenantOwners;
    readers: TenantReaders;
    tenants: AllowedTenants;
    now: () => number;
  },
): void {
  const { answering, auth, inventory, owners, readers, tenants, now } = options;

  /** From now on the caller is told of changes to a tenant that was read. */
  function tellOfChanges(
    { credentials }: Asked,
    { cluster, tenant }: AllowedTenant,
  ) {
    if (auth.isPrincipal(credentials, 'user')) {
      readers.allowed(
        cluster.settings.name,
        tenant,
        credentials.principal.userEntityRef,
      );
    }
  }

  function readable({ request, access }: Asked): AllowedTenant {
    const { underCluster, tenant } = request.params;
    return tenants.readable({ underCluster, tenant }, access);
  }

  router.get(
    '/v1/under-clusters',
    answering(
      read('under-cluster-fetch', 'all'),
      ({ request, access }): UnderClusterList => {
        parseQuery(request.url, listUnderClustersQuery);
        const items = inventory
          .clusters()
          .filter(({ settings }) => access.mayReadUnderCluster(settings))
          .map(cluster => underClusterView(cluster, now()));
        return {
          items,
          incomplete: inventory.incomplete ?? null,
          emptyBecause:
            items.length > 0
              ? null
              : inventory.emptyBecause ??
                'There is no under cluster that you may see: the permission tenant-storage.fleet.read shows them',
        };
      },
    ),
  );

  router.get(
    '/v1/tenants',
    answering(
      read('tenant-fetch', 'all'),
      ({ request, access }): TenantList =>
        tenantList({
          query: parseQuery(request.url, listTenantsQuery),
          inventory,
          owners,
          access,
          now: now(),
        }),
    ),
  );

  const tenantPath = '/v1/under-clusters/:underCluster/tenants/:tenant';

  router.get(
    tenantPath,
    answering(read('tenant-fetch', 'by-name'), (asked): Tenant => {
      parseQuery(asked.request.url, noQuery);
      const allowed = readable(asked);
      tellOfChanges(asked, allowed);
      return tenantView(
        allowed.cluster,
        allowed.tenant,
        allowed.owners,
        now(),
        allowed.canRequest,
      );
    }),
  );

  router.get(
    `${tenantPath}/volumes`,
    answering(read('volume-fetch', 'all'), (asked): VolumeList => {
      const query = parseQuery(asked.request.url, listVolumesQuery);
      const allowed = readable(asked);
      tellOfChanges(asked, allowed);
      return volumeList(allowed.cluster, allowed.tenant, query, now());
    }),
  );

  router.get(
    `${tenantPath}/volumes/:volume`,
    answering(read('volume-fetch', 'by-name'), (asked): VolumeDetail => {
      parseQuery(asked.request.url, noQuery);
      const allowed = readable(asked);
      const { volume } = asked.request.params;
      const detail = isSubdomain(volume)
        ? volumeDetail(allowed.cluster, allowed.tenant, volume, now())
        : undefined;
      if (!detail) throw notFound();
      tellOfChanges(asked, allowed);
      return detail;
    }),
  );
}
