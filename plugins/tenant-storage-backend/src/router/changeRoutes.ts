import type { AuthService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type {
  QuotaChangeFacts,
  QuotaChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { quotaSize } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Router } from 'express';
import {
  quotaFactsOf,
  quotaPreview,
  type ManifestRepositories,
} from '../changes';
import type { StorageRequests } from '../requests';
import { metaOfNames, type AllowedTenants } from './allowedTenant';
import type { Answering, AuditedAs } from './answering';
import { parseBody, quotaChangeBody } from './body';
import { noQuery, parseQuery } from './query';
import { callerOf, userOfScaffolder } from './scaffolderCaller';

/** A wish, recorded with the names in its body. */
function wished(eventId: string): AuditedAs {
  return {
    eventId,
    metaOf: ({ body }) => ({
      change: 'quota',
      ...metaOfNames(typeof body === 'object' && body !== null ? body : {}),
    }),
  };
}

/** What a change would be, and what its planner needs to know. Nothing is changed here. */
export function addChangeRoutes(
  router: Router,
  options: {
    answering: Answering;
    auth: AuthService;
    tenants: AllowedTenants;
    repositories: ManifestRepositories;
    requests: StorageRequests;
    now: () => number;
  },
): void {
  const { answering, auth, tenants, repositories, requests, now } = options;

  router.post(
    '/v1/changes/quota/preview',
    answering(
      wished('change-preview'),
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
            { underCluster: name, tenant, change: 'quota' },
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
      wished('change-facts'),
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
        const object = { underCluster: name, tenant, change: 'quota' } as const;
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
}
