import type {
  AuditorService,
  AuthService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type {
  Tenant,
  TenantList,
  UnderClusterList,
  VolumeDetail,
  VolumeList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ErrorRequestHandler, Request, Response, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { ClusterInventory, Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import type { TenantReaders } from '../signals';
import {
  isTenant,
  tenantView,
  underClusterView,
  volumeDetail,
  volumeList,
} from '../views';
import { audited } from './audit';
import {
  isLabel,
  isSubdomain,
  listTenantsQuery,
  listUnderClustersQuery,
  listVolumesQuery,
  noQuery,
  parseQuery,
} from './query';
import type { ReadAccess, ReadPermissions } from './readPermissions';
import { tenantList } from './tenantList';

/** What one request is about, once it is allowed. */
interface AllowedTenant {
  cluster: ClusterInventory;
  tenant: string;
  owners: string[];
}

/**
 * Always the same words, so that they don't tell a tenant that exists from one that doesn't. Names that can't exist get them
 * too: they are no special case to probe, and nothing in them is ever looked up.
 */
function notFound(): NotFoundError {
  return new NotFoundError(
    'There is nothing here that you may read: it does not exist, it is not yours to read, or it is not known yet',
  );
}

/** The HTTP API that `schema/openapi.yaml` describes. */
export function createRouter(options: {
  auditor: AuditorService;
  auth: AuthService;
  httpAuth: HttpAuthService;
  inventory: Inventory;
  owners: TenantOwners;
  readPermissions: ReadPermissions;
  readers: TenantReaders;
  now?: () => number;
}): Router {
  const { auditor, auth, httpAuth, inventory, owners, readers } = options;
  const now = options.now ?? Date.now;
  const router = PromiseRouter();

  // Nobody on the way keeps an answer: the next reader may not have it.
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  /** Who asks, what they may read, the record of it, and the answer. */
  function answering<T>(
    eventId: string,
    metaOf: (request: Request) => JsonObject,
    answer: (
      request: Request,
      access: ReadAccess,
      credentials: BackstageCredentials,
    ) => T,
  ) {
    return async (request: Request, response: Response<T>) => {
      const credentials = await httpAuth.credentials(request, {
        allow: ['user', 'service'],
      });
      const body = await audited(
        auditor,
        request,
        { eventId, meta: metaOf(request) },
        async () => {
          const access = await options.readPermissions.accessOf(credentials);
          return answer(request, access, credentials);
        },
      );
      response.json(body);
    };
  }

  /**
   * @throws NotFoundError if there is no such tenant, or the caller may not read it.
   * @throws ServiceUnavailableError if it can't be told now; said only to who may read the whole under cluster.
   */
  function allowedTenant(request: Request, access: ReadAccess): AllowedTenant {
    const { underCluster, tenant } = request.params;
    if (!isLabel(underCluster) || !isLabel(tenant)) throw notFound();
    const cluster = inventory.cluster(underCluster);
    const tenantOwners = cluster ? owners.ownersOf(cluster, tenant) : [];
    // Asked whether or not the tenant exists, so that both take as long.
    const mayReadTenant = access.mayReadTenant({
      underCluster,
      name: tenant,
      owners: tenantOwners,
    });
    const mayReadUnderCluster = access.mayReadUnderCluster({
      name: underCluster,
    });
    const exists = cluster && isTenant(cluster, tenant);
    if (!cluster || !mayReadTenant || exists === false) throw notFound();
    if (exists === undefined) {
      if (!mayReadUnderCluster) throw notFound();
      throw new ServiceUnavailableError(
        `Whether under cluster ${underCluster} has a tenant ${tenant} can't be told now, because its quotas can't be read; look at the state of the under cluster`,
      );
    }
    return { cluster, tenant, owners: tenantOwners };
  }

  /** From now on the caller is told of changes to a tenant that was read. */
  function tellOfChanges(
    credentials: BackstageCredentials,
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

  router.get(
    '/v1/under-clusters',
    answering(
      'under-cluster-fetch',
      () => ({ queryType: 'all' }),
      (request, access): UnderClusterList => {
        parseQuery(request.url, listUnderClustersQuery);
        const items = inventory
          .clusters()
          .filter(({ settings }) => access.mayReadUnderCluster(settings))
          .map(cluster => underClusterView(cluster, now()));
        return {
          items,
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
      'tenant-fetch',
      () => ({ queryType: 'all' }),
      (request, access): TenantList =>
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
    answering(
      'tenant-fetch',
      metaOfNames('by-name'),
      (request, access, credentials): Tenant => {
        parseQuery(request.url, noQuery);
        const allowed = allowedTenant(request, access);
        tellOfChanges(credentials, allowed);
        return tenantView(
          allowed.cluster,
          allowed.tenant,
          allowed.owners,
          now(),
        );
      },
    ),
  );

  router.get(
    `${tenantPath}/volumes`,
    answering(
      'volume-fetch',
      metaOfNames('all'),
      (request, access, credentials): VolumeList => {
        const query = parseQuery(request.url, listVolumesQuery);
        const allowed = allowedTenant(request, access);
        tellOfChanges(credentials, allowed);
        return volumeList(allowed.cluster, allowed.tenant, query, now());
      },
    ),
  );

  router.get(
    `${tenantPath}/volumes/:volume`,
    answering(
      'volume-fetch',
      metaOfNames('by-name'),
      (request, access, credentials): VolumeDetail => {
        parseQuery(request.url, noQuery);
        const allowed = allowedTenant(request, access);
        const { volume } = request.params;
        const detail = isSubdomain(volume)
          ? volumeDetail(allowed.cluster, allowed.tenant, volume, now())
          : undefined;
        if (!detail) throw notFound();
        tellOfChanges(credentials, allowed);
        return detail;
      },
    ),
  );

  // Express can't decode some names, such as `%zz`: they can't exist either.
  const undecodable: ErrorRequestHandler = (error, _request, _response, next) =>
    next(error instanceof URIError ? notFound() : error);
  router.use(undecodable);

  return router;
}

/** What a request names, as far as it can be a name: what can't may be anything, and stays out of the record. */
function metaOfNames(queryType: string) {
  return (request: Request): JsonObject => {
    const { underCluster, tenant, volume } = request.params;
    return {
      queryType,
      ...(isLabel(underCluster) && { underCluster }),
      ...(isLabel(tenant) && { tenant }),
      ...(volume !== undefined && isSubdomain(volume) && { volume }),
    };
  };
}
