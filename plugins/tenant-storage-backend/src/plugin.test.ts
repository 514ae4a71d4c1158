import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
  createServiceFactory,
  type BackstageCredentials,
  type HttpAuthService,
  type PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { eventsServiceFactory } from '@backstage/plugin-events-node';
import permissionPlugin from '@backstage/plugin-permission-backend';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import signalsPlugin from '@backstage/plugin-signals-backend';
import type { JsonObject } from '@backstage/types';
import {
  changeCreatePermission,
  fleetReadPermission,
  tenantReadPermission,
  tenantSignalChannel,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  tenantResourceRef,
  tenantStoragePolicy,
  tenantStorageUnderClustersExtensionPoint,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import {
  applyObjects,
  eventually,
  grantReader,
  startStandIn,
  type KubeObject,
  type StandIn,
} from '@kmetal/under-cluster';
import request from 'supertest';
import tenantStoragePlugin from './index';
import { FleetGitHost } from './router/__testUtils__/fleetGitHost';

/** Of the team that owns alpha. The default mock user: its token is the only one that fits into a WebSocket's handshake. */
const ADA = 'user:default/mock';
const BOB = 'user:default/bob';
const PAT = 'user:default/pat';
const GROUPS: Record<string, string[]> = {
  [ADA]: ['group:default/team-alpha'],
  [BOB]: ['group:default/team-beta'],
  [PAT]: ['group:default/platform'],
};

const userInfo = createServiceFactory({
  service: coreServices.userInfo,
  deps: {},
  factory: () => ({
    async getUserInfo(credentials: BackstageCredentials) {
      const { userEntityRef } = credentials.principal as {
        userEntityRef: string;
      };
      return {
        userEntityRef,
        ownershipEntityRefs: [userEntityRef, ...(GROUPS[userEntityRef] ?? [])],
      };
    },
  }),
});

/**
 * Who asks on behalf of a user is a plugin, which the permission system insists on. Backstage's mock forgets it.
 */
const httpAuth = createServiceFactory({
  service: coreServices.httpAuth,
  deps: { plugin: coreServices.pluginMetadata },
  factory({ plugin }) {
    const mock = mockServices.httpAuth({ pluginId: plugin.getId() });
    const credentials: HttpAuthService['credentials'] = async (
      req,
      options,
    ) => {
      const found = await mock.credentials(req, options);
      const { type, userEntityRef } = found.principal as {
        type: string;
        userEntityRef: string;
      };
      const byPlugin =
        req.headers.authorization?.includes('mock-service-token');
      return type === 'user' && byPlugin
        ? (mockCredentials.user(userEntityRef, {
            actor: {
              subject: String(req.headers['x-plugin'] ?? 'plugin:test'),
            },
          }) as typeof found)
        : found;
    };
    return { issueUserCookie: mock.issueUserCookie.bind(mock), credentials };
  },
});

const policy = createBackendModule({
  pluginId: 'permission',
  moduleId: 'portal-policy',
  register: reg =>
    reg.registerInit({
      deps: { policies: policyExtensionPoint },
      async init({ policies }) {
        policies.setPolicy({
          handle: async (query, user) =>
            tenantStoragePolicy(query, user, {
              platformGroups: ['group:default/platform'],
            }) ?? { result: AuthorizeResult.ALLOW },
        });
      },
    }),
});

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

function tenant(name: string, owner: string, quota: string): KubeObject[] {
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
      spec: { hard: { [KEY]: quota } },
    },
  ];
}

function claim(name: string, namespace: string, size: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'tenant-storage-class',
      resources: { requests: { storage: size } },
    },
  };
}

async function startPortal(
  data: JsonObject,
  ...features: Parameters<typeof startTestBackend>[0]['features'] & {}
) {
  return startTestBackend({
    features: [
      tenantStoragePlugin,
      userInfo,
      httpAuth,
      mockServices.rootConfig.factory({ data }),
      ...features,
    ],
  });
}

const asker = (backend: TestBackend) => (path: string, who: string) =>
  request(backend.server)
    .get(`/api/tenant-storage${path}`)
    .set('Authorization', mockCredentials.user.header(who));

describe('the plugin with an under cluster', () => {
  let north: StandIn;
  let underClusters: JsonObject[];

  beforeAll(async () => {
    north = await startStandIn({ name: 'north' });
    const { token } = await grantReader(north);
    await applyObjects(north, [
      ...tenant('alpha', 'team-alpha', '50Gi'),
      ...tenant('beta', 'group:default/team-beta', '10Gi'),
      claim('pvc-1', 'alpha', '20Gi'),
    ]);
    underClusters = [
      {
        name: 'north',
        title: 'North',
        url: north.url,
        caData: north.ca,
        token,
      },
    ];
  });

  afterAll(() => north.stop());

  describe('and permissions', () => {
    let backend: TestBackend;
    let get: ReturnType<typeof asker>;
    let permissions: PermissionsService;
    let git: FleetGitHost;

    beforeAll(async () => {
      git = await new FleetGitHost().start();
      await git.push({ 'README.md': 'The fleet' }, 'c0ffee01');
      const probe = createBackendPlugin({
        pluginId: 'probe',
        register: reg =>
          reg.registerInit({
            deps: { service: coreServices.permissions },
            async init({ service }) {
              permissions = service;
            },
          }),
      });
      backend = await startPortal(
        {
          backend: { auth: {} },
          permission: { enabled: true },
          integrations: {
            github: [{ host: git.host, apiBaseUrl: `${git.url}/api/v3` }],
          },
          tenantStorage: {
            underClusters: underClusters.map(each => ({
              ...each,
              capacity: '1Ti',
            })),
            gitOps: {
              repositories: [
                {
                  url: `${git.url}/acme/fleet`,
                  branch: 'main',
                  newFiles: { quota: '{underCluster}/{tenant}/quota.yaml' },
                },
              ],
            },
          },
        },
        permissionPlugin,
        policy,
        signalsPlugin,
        // As every backend has it: unlike the mock, one bus for all plugins.
        eventsServiceFactory,
        probe,
      );
      get = asker(backend);
      await eventually(
        () => get('/v1/under-clusters/north/tenants/alpha', ADA),
        ({ status, body }) => status === 200 && body.limits[0]?.used !== null,
      );
    });

    afterAll(async () => {
      await backend.stop();
      await git.stop();
    });

    it('shows an owner what the API server counts', async () => {
      const { body } = await get('/v1/under-clusters/north/tenants/alpha', ADA);

      expect(body).toMatchObject({
        underCluster: 'north',
        underClusterTitle: 'North',
        owners: ['group:default/team-alpha'],
        limits: [
          {
            quota: 'alpha-storage',
            key: KEY,
            used: String(20n * 1024n ** 3n),
            hard: String(50n * 1024n ** 3n),
          },
        ],
      });
    });

    it('shows owners their own tenants and the platform all of them', async () => {
      const names = async (who: string) =>
        (await get('/v1/tenants', who)).body.items.map(
          ({ name }: { name: string }) => name,
        );

      expect(await names(ADA)).toEqual(['alpha']);
      expect(await names(BOB)).toEqual(['beta']);
      expect(await names(PAT)).toEqual(['alpha', 'beta']);
      expect(await names('user:default/nobody')).toEqual([]);
    });

    it('has no other answer for a tenant of others than for none', async () => {
      const [others, none] = await Promise.all([
        get('/v1/under-clusters/north/tenants/beta', ADA),
        get('/v1/under-clusters/north/tenants/none', ADA),
      ]);

      expect([others.status, none.status]).toEqual([404, 404]);
      expect(others.body.error).toEqual(none.body.error);
    });

    it('answers nobody who is not signed in', async () => {
      const { status } = await request(backend.server)
        .get('/api/tenant-storage/v1/tenants')
        .set('Authorization', mockCredentials.none.header());

      expect(status).toBe(401);
    });

    it('lets other plugins authorize a single tenant or under cluster', async () => {
      const decide = async (who: string) => {
        const credentials = mockCredentials.user(who);
        const decisions = await permissions.authorize(
          [
            {
              permission: tenantReadPermission,
              resourceRef: tenantResourceRef({
                underCluster: 'north',
                name: 'alpha',
              }),
            },
            {
              permission: tenantReadPermission,
              resourceRef: tenantResourceRef({
                underCluster: 'north',
                name: 'none',
              }),
            },
            { permission: fleetReadPermission, resourceRef: 'north' },
            {
              permission: changeCreatePermission,
              resourceRef: tenantResourceRef({
                underCluster: 'north',
                name: 'alpha',
              }),
            },
          ],
          { credentials },
        );
        return decisions.map(({ result }) => result);
      };

      expect(await decide(ADA)).toEqual(['ALLOW', 'DENY', 'DENY', 'ALLOW']);
      expect(await decide(BOB)).toEqual(['DENY', 'DENY', 'DENY', 'DENY']);
      expect(await decide(PAT)).toEqual(['ALLOW', 'ALLOW', 'ALLOW', 'ALLOW']);
    });

    it('previews a change, hands its facts to the scaffolder and keeps the request', async () => {
      const post = (path: string, body: object, plugin?: string) => {
        const asked = request(backend.server)
          .post(`/api/tenant-storage${path}`)
          .set(
            'Authorization',
            plugin === undefined
              ? mockCredentials.user.header(ADA)
              : mockCredentials.service.header({
                  onBehalfOf: mockCredentials.user(ADA),
                  targetPluginId: 'tenant-storage',
                }),
          );
        if (plugin !== undefined) asked.set('x-plugin', plugin);
        return asked.send(body);
      };
      const wish = {
        underCluster: 'north',
        tenant: 'alpha',
        size: '60Gi',
        reason: 'More data',
      };

      const preview = await post('/v1/changes/quota/preview', wish);
      expect(preview.body).toMatchObject({
        changed: true,
        repositoryProblem: null,
        files: [{ path: 'north/alpha/quota.yaml', status: 'created' }],
        impact: { before: String(50n * 1024n ** 3n) },
      });
      const facts = await post(
        '/v1/changes/quota/facts',
        wish,
        'plugin:scaffolder',
      );
      expect(facts.body).toMatchObject({
        facts: {
          fleet: {
            quotaSum: String(60n * 1024n ** 3n),
            capacity: { bytes: String(1024n ** 4n), source: 'configured' },
          },
        },
        openRequest: null,
      });
      const recorded = await post(
        '/v1/requests',
        {
          ...wish,
          change: 'quota',
          host: git.host,
          repository: 'acme/fleet',
          before: preview.body.impact.before,
        },
        'plugin:scaffolder',
      );
      expect(recorded.body).toMatchObject({
        requester: ADA,
        state: 'preparing',
      });
      const { body } = await get('/v1/requests?open=true', ADA);
      expect(body).toMatchObject({ items: [{ id: recorded.body.id }] });
      expect((await get('/v1/requests', BOB)).body.items).toEqual([]);
    });

    it('tells a reader to look again soon when a claim comes, and the claim is there', async () => {
      const socket = await connectToSignals(backend);
      const heard = new Promise<unknown>(resolve => {
        socket.addEventListener('message', ({ data }) =>
          resolve(JSON.parse(String(data))),
        );
      });
      const channel = tenantSignalChannel('north', 'alpha');
      socket.send(JSON.stringify({ action: 'subscribe', channel }));
      const path = '/v1/under-clusters/north/tenants/alpha/volumes';
      expect((await get(path, ADA)).body.total).toBe(1);

      await applyObjects(north, [claim('pvc-2', 'alpha', '5Gi')]);
      const created = Date.now();

      expect(await heard).toEqual({ channel, message: {} });
      // A quiet second at most, which is tested by the clock elsewhere, and what a slow machine needs.
      expect(Date.now() - created).toBeLessThan(10_000);
      await eventually(
        () => get(path, ADA),
        ({ body }) => body.total === 2,
      );
      socket.close();
    });

    it('keeps showing what was known when the under cluster is lost, and says so', async () => {
      north.setReachable(false);
      const { body } = await eventually(
        () => get('/v1/under-clusters/north/tenants/alpha', ADA),
        answer => answer.body.freshness?.state !== 'live',
      );
      north.setReachable(true);

      expect(body.limits[0].hard).toBe(String(50n * 1024n ** 3n));
      expect(body.errors.length).toBeGreaterThan(0);
      await eventually(
        () => get('/v1/under-clusters/north/tenants/alpha', ADA),
        answer =>
          answer.body.freshness.kinds.every(
            ({ state }: { state: string }) => state !== 'stale',
          ),
      );
    });
  });

  it('shows everything to the configured groups and nothing to others while permissions are off', async () => {
    const backend = await startPortal({
      tenantStorage: {
        underClusters,
        access: { groups: ['group:default/platform'] },
      },
    });
    const get = asker(backend);

    await eventually(
      () => get('/v1/tenants', PAT),
      ({ body }) => body.total === 2,
    );
    const { body } = await get('/v1/tenants', ADA);
    expect(body).toMatchObject({ items: [], total: 0 });
    await get('/v1/under-clusters/north/tenants/alpha', ADA).expect(404);
    await backend.stop();
  });

  it('takes under clusters from modules too', async () => {
    const backend = await startPortal(
      {
        tenantStorage: {
          access: { groups: ['group:default/platform'] },
        },
      },
      createBackendModule({
        pluginId: 'tenant-storage',
        moduleId: 'fleet-database',
        register: reg =>
          reg.registerInit({
            deps: { suppliers: tenantStorageUnderClustersExtensionPoint },
            async init({ suppliers }) {
              const { name, url, caData, token } = underClusters[0] as Record<
                string,
                string
              >;
              suppliers.addSupplier({
                id: 'fleet-database',
                list: async () => [
                  { name, connection: { type: 'address', url, caData, token } },
                ],
              });
            },
          }),
      }),
    );

    const { body } = await eventually(
      () => asker(backend)('/v1/tenants', PAT),
      answer => answer.body.total === 2,
    );
    expect(body.items[0]).toMatchObject({ underCluster: 'north' });
    await backend.stop();
  });
});

/** A WebSocket to the signals backend. It takes part in upgrades only after a first one, which it never answers. */
async function connectToSignals(backend: TestBackend): Promise<WebSocket> {
  const url = `ws://localhost:${backend.server.port()}/api/signals`;
  let patience = 500;
  const attempt = () =>
    new Promise<WebSocket | undefined>(resolve => {
      patience *= 2;
      const socket = new WebSocket(url, mockCredentials.user.token());
      const givenUp = setTimeout(() => socket.close(), patience);
      socket.addEventListener('open', () => {
        clearTimeout(givenUp);
        resolve(socket);
      });
      socket.addEventListener('close', () => resolve(undefined));
      socket.addEventListener('error', () => resolve(undefined));
    });
  return (await eventually(attempt, socket => socket !== undefined))!;
}

describe('the plugin', () => {
  const access = { groups: ['group:default/platform'] };

  it('starts without under clusters, and says why there is nothing', async () => {
    const backend = await startPortal({});

    const { body } = await asker(backend)('/v1/tenants', ADA).expect(200);
    expect(body.items).toEqual([]);
    expect(body.emptyBecause).toMatch(/tenantStorage\.underClusters/);
    await backend.stop();
  });

  it('starts though an under cluster can not be reached, and shows it so', async () => {
    const backend = await startPortal({
      tenantStorage: {
        access,
        underClusters: [
          {
            name: 'north',
            url: 'https://127.0.0.1:1',
            tokenFile: '/does/not/exist/token',
          },
        ],
      },
    });
    const get = asker(backend);

    const { body } = await eventually(
      () => get('/v1/under-clusters', PAT),
      answer => answer.body.items[0]?.errors.length > 0,
    );
    expect(body.items[0]).toMatchObject({ name: 'north', tenants: null });
    await get('/v1/under-clusters/north/tenants/alpha', PAT).expect(503);
    await get('/v1/under-clusters/north/tenants/alpha', ADA).expect(404);
    await backend.stop();
  });

  it.each([
    [
      'tenantStorage.underClusters[0].name',
      { underClusters: [{ name: 'A_B', url: 'https://x', token: 't' }] },
    ],
    ['tenantStorage.owners[0].tenant', { owners: [{ owner: 'a' }] }],
    ['tenantStorage.access.groups', { access: { groups: 7 } }],
    ['tenantStorage.underCluster', { underCluster: [] }],
    ['tenantStorage.access.group', { access: { group: ['a'] } }],
    [
      'tenantStorage.owners[0].cluster',
      { owners: [{ cluster: 'north', tenant: 'alpha', owner: 'a' }] },
    ],
  ])(
    'does not start with malformed configuration, and names %s',
    async (key, tenantStorage) => {
      await expect(
        startPortal({ tenantStorage: tenantStorage as JsonObject }),
      ).rejects.toThrow(key);
    },
  );
});
