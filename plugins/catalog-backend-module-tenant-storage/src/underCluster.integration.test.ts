import {
  coreServices,
  createBackendModule,
  type SchedulerService,
} from '@backstage/backend-plugin-api';
import {
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
// Both plugins run in this test, so that what one answers is what the other reads.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import tenantStoragePlugin from '@kmetal/backstage-plugin-tenant-storage-backend';
import {
  applyObjects,
  eventually,
  grantReader,
  startStandIn,
  type KubeObject,
  type StandIn,
} from '@kmetal/under-cluster';
import catalogModuleTenantStorage from './index';

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

function tenant(name: string, owner: string): KubeObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { 'kmetal.io/owner': owner } },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: `${name}-storage`, namespace: name },
      spec: { hard: { [KEY]: '10Gi' } },
    },
  ];
}

describe('tenants of an under cluster', () => {
  let north: StandIn;
  let backend: TestBackend;
  let scheduler: SchedulerService;
  let entities: () => Promise<Entity[]>;

  beforeAll(async () => {
    north = await startStandIn({ name: 'north' });
    const { token } = await grantReader(north);
    await applyObjects(north, [
      ...tenant('alpha', 'team-alpha'),
      ...tenant('beta', 'team-beta'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
    ]);
    backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleTenantStorage,
        tenantStoragePlugin,
        createBackendModule({
          pluginId: 'catalog',
          moduleId: 'probe',
          register: reg =>
            reg.registerInit({
              deps: {
                scheduler: coreServices.scheduler,
                catalog: catalogServiceRef,
                auth: coreServices.auth,
              },
              init: async deps => {
                scheduler = deps.scheduler;
                entities = async () => {
                  const { items } = await deps.catalog.getEntities(
                    { filter: { 'spec.type': 'kmetal-tenant' } },
                    { credentials: await deps.auth.getOwnServiceCredentials() },
                  );
                  return items;
                };
              },
            }),
        }),
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        mockServices.rootConfig.factory({
          data: {
            backend: {
              database: {
                client: 'better-sqlite3',
                connection: ':memory:',
              },
            },
            tenantStorage: {
              underClusters: [
                { name: 'north', url: north.url, caData: north.ca, token },
              ],
            },
          },
        }),
      ],
    });
  });

  afterAll(async () => {
    await backend.stop();
    await north.stop();
  });

  /** Rounds of the provider until the catalog holds these tenants and no other. */
  async function roundsUntil(expected: string[]): Promise<Entity[]> {
    return eventually(
      async () => {
        await scheduler.triggerTask('kmetal-tenant-storage:refresh');
        return entities();
      },
      found =>
        JSON.stringify(found.map(({ metadata }) => metadata.name).sort()) ===
        JSON.stringify(expected),
    );
  }

  it('come into the catalog with their owners, stay while it is lost, and go when they are deleted', async () => {
    const found = await roundsUntil(['north.alpha', 'north.beta']);
    expect(found.map(({ spec }) => spec?.owner).sort()).toEqual([
      'group:default/team-alpha',
      'group:default/team-beta',
    ]);

    north.setReachable(false);
    await scheduler.triggerTask('kmetal-tenant-storage:refresh');
    expect(await entities()).toHaveLength(2);

    north.setReachable(true);
    await north.request('DELETE', '/api/v1/namespaces/beta');
    await roundsUntil(['north.alpha']);
  });
});
