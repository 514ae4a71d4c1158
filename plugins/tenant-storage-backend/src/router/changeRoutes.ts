import type { AuthService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type {
  QuotaChangeFacts,
  QuotaChangePreview,
  StorageChangeFacts,
  StorageChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  quotaSize,
  readStorageChange,
  storageChanges,
  type StorageChange,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Request, Router } from 'express';
import {
  quotaFactsOf,
  quotaPreview,
  storageChangePreview,
  underClusterFactsOf,
  type ManifestRepositories,
} from '../changes';
import type { Inventory } from '../inventory/types';
import type { StorageRequests } from '../requests';
import { metaOfNames, notFound, type AllowedTenants } from './allowedTenant';
import { changeableUnderCluster } from './allowedUnderCluster';
import type { Answering, AuditedAs } from './answering';
import {
  parseBody,
  quotaChangeBody,
  storageChangeBody,
  storageChangePreviewBody,
} from './body';
import { noQuery, parseQuery } from './query';
import { callerOf, userOfScaffolder } from './scaffolderCaller';

/** The kind of change that a path names, if there is one; what is none may be anything, and stays out of the record. */
function kindIn({ params }: Request): string | undefined {
  return storageChanges.find(({ kind }) => kind === params.change)?.kind;
}

/** @throws NotFoundError for what is no kind of change. */
function changeNamed(kind: string | undefined): StorageChange {
  const change = storageChanges.find(each => each.kind === kind);
  if (!change) throw notFound();
  return change;
}

/** A wish, recorded with the names in its body. */
function wished(
  eventId: string,
  changeOf: (request: Request) => string | undefined,
): AuditedAs {
  return {
    eventId,
    metaOf: ({ request, body }) => {
      const change = changeOf(request);
      return {
        ...(change !== undefined && { change }),
        ...metaOfNames(typeof body === 'object' && body !== null ? body : {}),
      };
    },
  };
}

const quota = () => 'quota';

/** What a change would be, and what its planner needs to know. Nothing is changed here. */
export function addChangeRoutes(
  router: Router,
  options: {
    answering: Answering;
    auth: AuthService;
    inventory: Inventory;
    tenants: AllowedTenants;
    repositories: ManifestRepositories;
    requests: StorageRequests;
    now: () => number;
  },
): void {
  const { answering, auth, inventory, tenants, repositories, requests, now } =
    options;

  router.post(
    '/v1/changes/quota/preview',
    answering(
      wished('change-preview', quota),
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<QuotaChangePreview> => {
        parseQuery(request.url, noQuery);
        const change = parseBody(body, quotaChangeBody);
        const { cluster, tenant } = tenants.changeable(change, access);
        const { name } = cluster.settings;
        return quotaPreview({
          change,
          requester: callerOf(auth, credentials),
          cluster,
          repositories,
          openRequest: await requests.openRequest(
            { underCluster: name, tenant, change: 'quota', object: tenant },
            access.mayReadUnderCluster({ name }) ? 'platform' : 'tenant',
          ),
          now: now(),
        });
      },
    ),
  );

  router.post(
    '/v1/changes/quota/facts',
    answering(
      wished('change-facts', quota),
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<QuotaChangeFacts> => {
        parseQuery(request.url, noQuery);
        // It costs questions to the Git host, and tells sums over all tenants.
        if (userOfScaffolder(auth, credentials) === undefined) {
          throw new NotAllowedError(
            'Only the scaffolder asks for this, on behalf of who asks for storage: fill in the template "Request more storage", which shows a preview first',
          );
        }
        const change = parseBody(body, quotaChangeBody);
        const { cluster, tenant } = tenants.changeable(change, access);
        // What is no size is refused before a Git host is asked.
        const { bytes } = quotaSize(change.size);
        const { name, repositories: configured, reviewers } = cluster.settings;
        const object = {
          underCluster: name,
          tenant,
          change: 'quota',
          object: tenant,
        } as const;
        const [branches, openRequest] = await Promise.all([
          requests.branches(object, configured),
          requests.proposed(object),
        ]);
        return {
          facts: quotaFactsOf(cluster, tenant, {
            sizeBytes: bytes,
            fleet: true,
            now: now(),
          }),
          repositories: configured,
          branches,
          reviewers,
          openRequest,
        };
      },
    ),
  );

  router.post(
    '/v1/changes/:change/preview',
    answering(
      wished('change-preview', kindIn),
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<StorageChangePreview> => {
        parseQuery(request.url, noQuery);
        const change = changeNamed(request.params.change);
        const wish = parseBody(body, storageChangePreviewBody);
        const cluster = changeableUnderCluster(
          inventory,
          wish.underCluster,
          access,
        );
        const { name } = cluster.settings;
        return storageChangePreview({
          change,
          wish,
          requester: callerOf(auth, credentials),
          cluster,
          repositories,
          openChanges: await requests.openChanges(name),
          openRequestOf: object =>
            requests.openRequest(
              { underCluster: name, tenant: null, change: change.kind, object },
              'platform',
            ),
          now: now(),
        });
      },
    ),
  );

  router.post(
    '/v1/changes/:change/facts',
    answering(
      wished('change-facts', kindIn),
      async ({
        request,
        access,
        credentials,
        body,
      }): Promise<StorageChangeFacts> => {
        parseQuery(request.url, noQuery);
        const change = changeNamed(request.params.change);
        // It costs questions to the Git host.
        if (userOfScaffolder(auth, credentials) === undefined) {
          throw new NotAllowedError(
            `Only the scaffolder asks for this, on behalf of who asks for a change: use the template of ${change.action}, which shows a preview first`,
          );
        }
        const wish = parseBody(body, storageChangeBody);
        const cluster = changeableUnderCluster(
          inventory,
          wish.underCluster,
          access,
        );
        // What can't be is refused before a Git host is asked.
        const wanted = readStorageChange(change, wish.input);
        const { name, repositories: configured, reviewers } = cluster.settings;
        const object = {
          underCluster: name,
          tenant: null,
          change: change.kind,
          object: change.objectOf(wanted),
        };
        const [openChanges, branches, openRequest] = await Promise.all([
          requests.openChanges(name),
          requests.branches(object, configured),
          requests.proposed(object),
        ]);
        return {
          facts: underClusterFactsOf(cluster, {
            namespaces: change.namespacesOf(wanted),
            openChanges,
            now: now(),
          }),
          repositories: configured,
          branches,
          reviewers,
          openRequest,
        };
      },
    ),
  );
}
