import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
  type SchedulerService,
} from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import type {
  KindState,
  TenantList,
  UnderCluster,
  UnderClusterList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { eventually } from '@kmetal/under-cluster';
import { Router } from 'express';
import catalogModuleTenantStorage from './index';

const TASK = 'kmetal-tenant-storage:refresh';

type Kinds = Partial<Record<string, KindState['state']>>;

function underCluster(name: string, kinds: Kinds = {}): UnderCluster {
  const states = {
    Namespace: 'synced',
    ResourceQuota: 'synced',
    TenantControlPlane: 'synced',
    ...kinds,
  } as Record<string, KindState['state']>;
  const whole = Object.values(states).every(state => state === 'synced');
  return {
    name,
    title: name.toUpperCase(),
    tenants: null,
    storageClass: {
      state: 'unknown',
      name: 'tenant-storage-class',
      provisioner: null,
      backend: null,
      volumeBindingMode: null,
      reclaimPolicy: null,
      allowVolumeExpansion: null,
      profile: { state: 'unknown', claimPropertySets: [] },
    },
    cdi: {
      state: 'unknown',
      phase: null,
      version: null,
      filesystemOverhead: null,
    },
    freshness: {
      state: whole ? 'live' : 'stale',
      since: null,
      kinds: Object.entries(states).map(([kind, state]) => ({
        kind,
        state,
        at: null,
        since: null,
        message: null,
      })),
    },
    errors: [],
  };
}

/** What the tenant-storage plugin would answer: tenants by under cluster, and how the under clusters are. */
class Platform {
  underClusters: UnderCluster[] = [];
  tenants: Record<string, Array<{ name: string; owners: string[] }>> = {};
  reachable = true;
  /** Called before each page of tenants. */
  onPage: () => void = () => {};
  callers: string[] = [];

  plugin() {
    return createBackendPlugin({
      pluginId: 'tenant-storage',
      register: reg =>
        reg.registerInit({
          deps: {
            http: coreServices.httpRouter,
            httpAuth: coreServices.httpAuth,
          },
          init: async ({ http, httpAuth }) => {
            const router = Router();
            router.use(async (req, res, next) => {
              const { principal } = await httpAuth.credentials(req, {
                allow: ['service'],
              });
              this.callers.push(principal.subject);
              if (this.reachable) next();
              else res.status(503).json({});
            });
            router.get('/v1/under-clusters', (_req, res) => {
              const body: UnderClusterList = {
                items: this.underClusters,
                incomplete: null,
                emptyBecause: null,
              };
              res.json(body);
            });
            // Two a page, so that pages are turned.
            router.get('/v1/tenants', (req, res) => {
              this.onPage();
              const all = this.tenants[String(req.query.underCluster)] ?? [];
              const start = Number(req.query.cursor ?? 0);
              const body = {
                items: all.slice(start, start + 2).map(tenant => ({
                  ...tenant,
                  underCluster: req.query.underCluster,
                })),
                total: all.length,
                nextCursor: start + 2 < all.length ? String(start + 2) : null,
                errors: [],
                emptyBecause: null,
              };
              res.json(body as unknown as TenantList);
            });
            http.use(router);
          },
        }),
    });
  }
}

interface Portal {
  backend: TestBackend;
  round(): Promise<void>;
  entities(): Promise<Entity[]>;
}

const directory = createMockDirectory();

async function startPortal(platform: Platform): Promise<Portal> {
  let scheduler: SchedulerService;
  let entities: () => Promise<Entity[]>;
  const probe = createBackendModule({
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
              { filter: { kind: 'Resource' } },
              { credentials: await deps.auth.getOwnServiceCredentials() },
            );
            return items;
          };
        },
      }),
  });
  const backend = await startTestBackend({
    features: [
      catalogPlugin,
      catalogModuleTenantStorage,
      platform.plugin(),
      probe,
      mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
      mockServices.rootConfig.factory({
        data: {
          backend: {
            database: {
              client: 'better-sqlite3',
              connection: { directory: directory.path },
            },
          },
          catalog: {
            providers: {
              tenantStorage: { defaultOwner: 'group:default/platform' },
            },
          },
        },
      }),
    ],
  });
  return {
    backend,
    round: () => scheduler.triggerTask(TASK),
    entities: () => entities(),
  };
}

const names = (entities: Entity[]) =>
  entities.map(({ metadata }) => metadata.name).sort();
const be = (expected: string[]) => (entities: Entity[]) =>
  JSON.stringify(names(entities)) === JSON.stringify(expected);

describe('tenants in the catalog', () => {
  let platform: Platform;
  let portal: Portal;

  beforeEach(async () => {
    directory.clear();
    platform = new Platform();
    platform.underClusters = [underCluster('north'), underCluster('south')];
    platform.tenants = {
      north: [
        { name: 'alpha', owners: ['group:default/team-alpha'] },
        { name: 'beta', owners: [] },
        { name: 'gamma', owners: ['group:default/team-gamma'] },
      ],
      south: [{ name: 'alpha', owners: ['group:default/team-alpha'] }],
    };
    portal = await startPortal(platform);
    await portal.round();
    await eventually(
      portal.entities,
      be(['north.alpha', 'north.beta', 'north.gamma', 'south.alpha']),
    );
  });

  afterEach(async () => {
    await portal.backend.stop();
  });

  it('are there without anybody annotating, owners included, asked for as the catalog itself', async () => {
    const entities = await portal.entities();
    const byName = Object.fromEntries(
      entities.map(entity => [entity.metadata.name, entity]),
    );

    expect(byName['north.alpha']).toMatchObject({
      metadata: {
        annotations: {
          'kmetal.io/under-cluster': 'north',
          'kmetal.io/tenant': 'alpha',
        },
      },
      spec: { type: 'kmetal-tenant', owner: 'group:default/team-alpha' },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/team-alpha' }],
    });
    expect(byName['north.beta'].spec?.owner).toBe('group:default/platform');
    expect(new Set(platform.callers)).toEqual(new Set(['plugin:catalog']));
  });

  it('go when the tenant is gone, and change with their owner', async () => {
    platform.tenants.north = [{ name: 'alpha', owners: ['user:default/ada'] }];
    await portal.round();

    const entities = await eventually(
      portal.entities,
      all =>
        be(['north.alpha', 'south.alpha'])(all) &&
        all.some(({ spec }) => spec?.owner === 'user:default/ada'),
    );
    expect(names(entities)).toEqual(['north.alpha', 'south.alpha']);
  });

  /** Makes a change in the other under cluster visible, so that a round is known to have had its effect. */
  async function roundThatCounts() {
    platform.tenants.south = [{ name: 'omega', owners: [] }];
    await portal.round();
    return eventually(portal.entities, all =>
      names(all).includes('south.omega'),
    );
  }

  it.each([
    ['is lost', { Namespace: 'stale', ResourceQuota: 'stale' }],
    ['has not been read yet', { Namespace: 'syncing' }],
    ['does not let quotas be seen', { ResourceQuota: 'notPermitted' }],
    ['does not let control planes be seen', { TenantControlPlane: 'stale' }],
  ] as Array<[string, Kinds]>)(
    'stay while their under cluster %s, and the other under cluster goes on',
    async (_why, kinds) => {
      platform.underClusters = [
        underCluster('north', kinds),
        underCluster('south'),
      ];
      platform.tenants.north = [];

      expect(names(await roundThatCounts())).toEqual([
        'north.alpha',
        'north.beta',
        'north.gamma',
        'south.omega',
      ]);
    },
  );

  it('go from an under cluster that has no tenant control planes at all', async () => {
    platform.underClusters = [
      underCluster('north', { TenantControlPlane: 'notInstalled' }),
      underCluster('south'),
    ];
    platform.tenants.north = [];

    expect(names(await roundThatCounts())).toEqual(['south.omega']);
  });

  it('stay if their under cluster is lost while they are being read', async () => {
    platform.tenants.north = [];
    platform.onPage = () => {
      platform.underClusters = [
        underCluster('north', { ResourceQuota: 'stale' }),
        underCluster('south'),
      ];
    };

    expect(names(await roundThatCounts())).toEqual([
      'north.alpha',
      'north.beta',
      'north.gamma',
      'south.omega',
    ]);
  });

  it('stay if they change while they are being read', async () => {
    platform.onPage = () => {
      platform.onPage = () => {};
      setImmediate(() => platform.tenants.north.shift());
    };

    expect(names(await roundThatCounts())).toEqual([
      'north.alpha',
      'north.beta',
      'north.gamma',
      'south.omega',
    ]);
  });

  it('stay when the under cluster is no longer listed, for it may come back', async () => {
    platform.underClusters = [underCluster('south')];

    expect(names(await roundThatCounts())).toEqual([
      'north.alpha',
      'north.beta',
      'north.gamma',
      'south.omega',
    ]);
  });

  it('stay while the tenant-storage plugin does not answer', async () => {
    platform.reachable = false;
    await portal.round();

    expect(names(await portal.entities())).toHaveLength(4);
  });

  it('stay when the portal is restarted during an outage, and go afterwards', async () => {
    await portal.backend.stop();
    platform.underClusters = [
      underCluster('north', { Namespace: 'syncing', ResourceQuota: 'syncing' }),
      underCluster('south'),
    ];
    const { north } = platform.tenants;
    platform.tenants.north = [];
    portal = await startPortal(platform);
    expect(names(await roundThatCounts())).toEqual([
      'north.alpha',
      'north.beta',
      'north.gamma',
      'south.omega',
    ]);

    platform.underClusters = [underCluster('north'), underCluster('south')];
    platform.tenants.north = north.slice(0, 1);
    await portal.round();
    await eventually(portal.entities, be(['north.alpha', 'south.omega']));
  });
});

describe('malformed configuration', () => {
  it('stops the catalog and names the key', async () => {
    await expect(
      startTestBackend({
        features: [
          catalogPlugin,
          catalogModuleTenantStorage,
          mockServices.rootConfig.factory({
            data: {
              catalog: {
                providers: { tenantStorage: { defaultOwner: 'a b' } },
              },
            },
          }),
        ],
      }),
    ).rejects.toThrow(/catalog\.providers\.tenantStorage\.defaultOwner/);
  });
});
