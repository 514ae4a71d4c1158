import type { AuthService } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError } from '@backstage/errors';
import type {
  StorageChangeKind,
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  quotaBranch,
  quotaReason,
  quotaSize,
  readStorageChange,
  storageChangeBranch,
  storageChangeFingerprint,
  storageChangeOf,
  storageChanges,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Request, Router } from 'express';
import type { ClusterInventory, Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import type {
  RequestAudience,
  RequestQuery,
  StorageRequests,
} from '../requests';
import { metaOfNames, notFound, type AllowedTenants } from './allowedTenant';
import { changeableUnderCluster } from './allowedUnderCluster';
import type { Answering } from './answering';
import { newRequestBody, newStorageChangeBody, parseBody } from './body';
import type { Access } from './permissions';
import { listRequestsQuery, noQuery, parseQuery } from './query';
import { userOfScaffolder } from './scaffolderCaller';

/** A cursor is how many requests were on the pages before: the list is short, and new ones only push others back. */
function cursorAt(offset: number): string {
  return Buffer.from(JSON.stringify([1, 'requests', offset])).toString(
    'base64url',
  );
}

function offsetAt(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = /^\[1,"requests",(\d{1,9})\]$/.exec(text);
  if (!match) {
    throw new InputError(
      'Query parameter "cursor" has to be nextCursor of the page before, with the same other parameters',
    );
  }
  return Number(match[1]);
}

/** The kind of change that a path names, if there is one; what is none may be anything, and stays out of the record. */
function kindIn({ params }: Request): StorageChangeKind | undefined {
  return storageChanges.find(({ kind }) => kind === params.change)?.kind;
}

/** @throws InputError for what is no repository of the under cluster. */
function configuredRepository(
  { settings }: ClusterInventory,
  named: { host: string; repository: string },
) {
  const found = settings.repositories.find(
    ({ host, repository }) =>
      host === named.host && repository === named.repository,
  );
  if (!found) {
    throw new InputError(
      `Field "repository" has to be one that is configured for the under cluster ${settings.name}, with its "host"`,
    );
  }
  const { url, host, repository } = found;
  return { url, host, repository };
}

/** Requests for changes: what became of them, and what the scaffolder is about to propose. */
export function addRequestRoutes(
  router: Router,
  options: {
    answering: Answering;
    auth: AuthService;
    inventory: Inventory;
    owners: TenantOwners;
    tenants: AllowedTenants;
    requests: StorageRequests;
  },
): void {
  const { answering, auth, inventory, owners, tenants, requests } = options;

  /** Of everything that there are requests about, what the caller may read. */
  async function readable(
    access: Access,
  ): Promise<RequestQuery['subjects'][0][]> {
    const all = await requests.subjects();
    return all.flatMap(({ underCluster, tenant }) => {
      const isPlatform = access.mayReadUnderCluster({ name: underCluster });
      const cluster = inventory.cluster(underCluster);
      const mayRead =
        tenant === null
          ? isPlatform
          : access.mayReadTenant({
              underCluster,
              name: tenant,
              owners: cluster ? owners.ownersOf(cluster, tenant) : [],
            });
      const audience: RequestAudience = isPlatform ? 'platform' : 'tenant';
      return mayRead ? [{ underCluster, tenant, audience }] : [];
    });
  }

  router.get(
    '/v1/requests',
    answering(
      { eventId: 'request-fetch', metaOf: () => ({ queryType: 'all' }) },
      async ({ request, access }): Promise<StorageRequestList> => {
        const query = parseQuery(request.url, listRequestsQuery);
        const { underCluster, tenant, state, change, open, limit } = query;
        const offset = offsetAt(query.cursor);
        const mine = await readable(access);
        const { items, total } = await requests.list({
          subjects: mine.filter(
            each =>
              (underCluster === undefined ||
                each.underCluster === underCluster) &&
              (tenant === undefined || each.tenant === tenant),
          ),
          ...(state && { states: state }),
          ...(change && { changes: change }),
          ...(open && { open: open === 'true' }),
          limit,
          offset,
        });
        const next = offset + items.length;
        return {
          items,
          total,
          nextCursor: items.length > 0 && next < total ? cursorAt(next) : null,
          // Hosts are told to whom they may concern: those who have a request somewhere.
          errors: mine.length > 0 ? await requests.problems() : [],
        };
      },
    ),
  );

  router.post(
    '/v1/requests',
    answering(
      {
        eventId: 'request-create',
        severityLevel: 'medium',
        metaOf: ({ body }) => ({
          change: 'quota',
          ...metaOfNames(typeof body === 'object' && body !== null ? body : {}),
        }),
      },
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<StorageRequest> => {
        parseQuery(request.url, noQuery);
        const requester = userOfScaffolder(auth, credentials);
        if (requester === undefined) {
          throw new NotAllowedError(
            'Only the scaffolder records requests, on behalf of who asks: fill in the template "Request more storage"',
          );
        }
        const wish = parseBody(body, newRequestBody);
        const { cluster, tenant } = tenants.changeable(wish, access);
        const { name } = cluster.settings;
        const { bytes, written } = quotaSize(wish.size);
        const reason = quotaReason(wish.reason);
        const repository = configuredRepository(cluster, wish);
        return requests.record({
          underCluster: name,
          tenant,
          change: 'quota',
          object: tenant,
          size: written,
          sizeBytes: bytes,
          before: wish.before === null ? null : BigInt(wish.before),
          allowBelowUse: wish.allowBelowUse ?? false,
          reason,
          requester,
          repository,
          branch: quotaBranch(name, tenant),
        });
      },
    ),
  );

  router.post(
    '/v1/changes/:change/requests',
    answering(
      {
        eventId: 'request-create',
        severityLevel: 'medium',
        metaOf: ({ request, body }) => {
          const kind = kindIn(request);
          return {
            ...(kind !== undefined && { change: kind }),
            ...metaOfNames(
              typeof body === 'object' && body !== null ? body : {},
            ),
          };
        },
      },
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<StorageRequest> => {
        parseQuery(request.url, noQuery);
        const kind = kindIn(request);
        if (kind === undefined) throw notFound();
        const change = storageChangeOf(kind);
        const requester = userOfScaffolder(auth, credentials);
        if (requester === undefined) {
          throw new NotAllowedError(
            `Only the scaffolder records requests, on behalf of who asks: use the template of ${change.action}`,
          );
        }
        const wish = parseBody(body, newStorageChangeBody);
        const cluster = changeableUnderCluster(
          inventory,
          wish.underCluster,
          access,
        );
        const { name } = cluster.settings;
        const { input } = wish;
        const object = change.objectOf(readStorageChange(change, input));
        return requests.record({
          underCluster: name,
          tenant: null,
          change: kind,
          object,
          title: wish.title,
          input,
          fingerprint: storageChangeFingerprint(input),
          files: wish.files ?? [],
          reason: quotaReason(wish.reason),
          requester,
          repository: configuredRepository(cluster, wish),
          branch: storageChangeBranch(change, name, object),
        });
      },
    ),
  );
}
