import type { AuthService } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError } from '@backstage/errors';
import type {
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  quotaBranch,
  quotaReason,
  quotaSize,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Router } from 'express';
import type { Inventory } from '../inventory/types';
import type { TenantOwners } from '../ownership';
import type { RequestQuery, StorageRequests } from '../requests';
import { metaOfNames, type AllowedTenants } from './allowedTenant';
import type { Answering } from './answering';
import { newRequestBody, parseBody } from './body';
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

  /** Of all tenants that there are requests of, those that the caller may read. */
  async function readable(
    access: Access,
  ): Promise<RequestQuery['tenants'][0][]> {
    return (await requests.tenants()).flatMap(({ underCluster, tenant }) => {
      const cluster = inventory.cluster(underCluster);
      const mayRead = access.mayReadTenant({
        underCluster,
        name: tenant,
        owners: cluster ? owners.ownersOf(cluster, tenant) : [],
      });
      const isPlatform = access.mayReadUnderCluster({ name: underCluster });
      return mayRead
        ? [
            {
              underCluster,
              tenant,
              audience: isPlatform
                ? ('platform' as const)
                : ('tenant' as const),
            },
          ]
        : [];
    });
  }

  router.get(
    '/v1/requests',
    answering(
      { eventId: 'request-fetch', metaOf: () => ({ queryType: 'all' }) },
      async ({ request, access }): Promise<StorageRequestList> => {
        const query = parseQuery(request.url, listRequestsQuery);
        const { underCluster, tenant, state, open, limit } = query;
        const offset = offsetAt(query.cursor);
        const mine = await readable(access);
        const { items, total } = await requests.list({
          tenants: mine.filter(
            each =>
              (underCluster === undefined ||
                each.underCluster === underCluster) &&
              (tenant === undefined || each.tenant === tenant),
          ),
          ...(state && { states: state }),
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
        const { name, repositories } = cluster.settings;
        const { bytes, written } = quotaSize(wish.size);
        const reason = quotaReason(wish.reason);
        const repository = repositories.find(
          each =>
            each.host === wish.host && each.repository === wish.repository,
        );
        if (!repository) {
          throw new InputError(
            `Field "repository" has to be one that is configured for the under cluster ${name}, with its "host"`,
          );
        }
        return requests.record({
          underCluster: name,
          tenant,
          change: 'quota',
          size: written,
          sizeBytes: bytes,
          before: wish.before === null ? null : BigInt(wish.before),
          allowBelowUse: wish.allowBelowUse ?? false,
          reason,
          requester,
          repository: {
            url: repository.url,
            host: repository.host,
            repository: repository.repository,
          },
          branch: quotaBranch(name, tenant),
        });
      },
    ),
  );
}
