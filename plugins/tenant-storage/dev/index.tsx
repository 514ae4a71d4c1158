import { Entity } from '@backstage/catalog-model';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { createDevApp } from '@backstage/frontend-dev-utils';
import {
  ApiBlueprint,
  createFrontendModule,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import {
  StorageRequest,
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import tenantStoragePlugin from '../src';
import { backupLocation } from './backupLocation';
import {
  answerAboutPlatform,
  changePreviewCases,
  locationRequest,
  underClusterList,
} from './changePreviews';
import { answerAboutChanges } from './quotaPreviews';
import { requestMoreStorage } from './requestMoreStorage';
import { answerAboutRequests, requestCases } from './storageRequests';
import { tenantCases } from './tenants';
import { answerTo } from './tenantStorageServer';

// Every state of the page, each a tenant in a catalog in memory: /catalog/default/resource/NAME/storage.
const cases = tenantCases();
const requests: Record<string, StorageRequest[]> = {
  ...requestCases(),
  platform: [locationRequest()],
};

// The form: /create/templates/default/request-more-storage. What a wish for these tenants is answered with besides:
const previews = {
  alpha: { openRequest: requests.alpha[0] },
  full: {
    warnings: [
      {
        code: 'liveDiffers',
        message: 'Git says 10 Gi, the under cluster has 12 Gi.',
      },
    ],
  },
  tiny: {
    repositoryProblem:
      'git.example.com does not answer. The platform team can see why.',
  },
};

// The form of a platform change: /create/templates/default/velero-location. The name of the location is the state of the preview.
const changePreviews = changePreviewCases();

const entities: Entity[] = Object.entries(cases).map(([name, { title }]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: {
    name,
    title: `${name}: ${title}`,
    annotations: {
      [UNDER_CLUSTER_ANNOTATION]: 'muc-1',
      [TENANT_ANNOTATION]: name,
    },
  },
  spec: { type: 'kmetal-tenant', owner: 'group:default/team-alpha' },
  relations: [{ type: 'ownedBy', targetRef: 'group:default/team-alpha' }],
}));

const catalogInMemory = createFrontendModule({
  pluginId: 'catalog',
  extensions: [
    ApiBlueprint.make({
      params: defineParams =>
        defineParams({
          api: catalogApiRef,
          deps: {},
          factory: () => new InMemoryCatalogClient({ entities }),
        }),
    }),
  ],
});

const withoutBackend = createFrontendModule({
  pluginId: 'app',
  extensions: [
    ApiBlueprint.make({
      name: 'fetch',
      params: defineParams =>
        defineParams({
          api: fetchApiRef,
          deps: {},
          factory: () => ({
            fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
              const request = new Request(input, init);
              const url = new URL(request.url);
              if (
                url.pathname.startsWith('/api/scaffolder') &&
                url.pathname.endsWith('/parameter-schema')
              ) {
                return new Response(
                  JSON.stringify(
                    url.pathname.includes('/velero-location/')
                      ? backupLocation
                      : requestMoreStorage,
                  ),
                );
              }
              if (!url.pathname.startsWith('/api/tenant-storage')) {
                return new Response('{}', { status: 404 });
              }
              const { method } = request;
              const body = method === 'POST' ? await request.json() : undefined;
              const answer =
                answerAboutPlatform(
                  { url, method, body },
                  underClusterList(),
                  changePreviews,
                ) ??
                answerAboutChanges({ url, method, body }, cases, previews) ??
                answerAboutRequests(url, requests) ??
                answerTo(url, cases);
              if (!answer) {
                return new Promise<Response>((_, reject) =>
                  init?.signal?.addEventListener('abort', () =>
                    reject(new DOMException('Aborted', 'AbortError')),
                  ),
                );
              }
              return new Response(JSON.stringify(answer.body), {
                status: answer.status,
                headers: { 'Content-Type': 'application/json' },
              });
            },
          }),
        }),
    }),
  ],
});

createDevApp({
  features: [
    catalogPlugin,
    catalogInMemory,
    withoutBackend,
    scaffolderPlugin,
    tenantStoragePlugin,
  ],
});
