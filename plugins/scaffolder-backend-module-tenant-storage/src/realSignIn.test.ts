import { authServiceFactory } from '@backstage/backend-defaults/auth';
import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import { userInfoServiceFactory } from '@backstage/backend-defaults/userInfo';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import {
  createBackendModule,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import {
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import authPlugin from '@backstage/plugin-auth-backend';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolder from '@backstage/plugin-scaffolder-backend';
import githubModule from '@backstage/plugin-scaffolder-backend-module-github';
import { startGitHost, type GitHost } from '@kmetal/demo';
// The two are tested together here; neither needs the other to be built.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import tenantStoragePlugin from '@kmetal/backstage-plugin-tenant-storage-backend';
import {
  applyObjects,
  eventually,
  grantReader,
  startStandIn,
  type StandIn,
} from '@kmetal/under-cluster';
import { readFile } from 'node:fs/promises';
import yaml from 'yaml';
import tenantStorageModule from './index';
import { MANIFEST } from './quotaAction.test.bench';

const ALICE = 'user:default/alice';
const WISH = {
  underCluster: 'muc-1',
  tenant: 'alpha',
  size: '60Gi',
  reason: 'The database grows.',
};

/** Signs in whoever the header names: what a proxy in front of the portal does. */
const signIn = createBackendModule({
  pluginId: 'auth',
  moduleId: 'named-by-header',
  register: reg =>
    reg.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'header',
          factory: createProxyAuthProviderFactory({
            authenticator: createProxyAuthenticator({
              defaultProfileTransform: async () => ({ profile: {} }),
              initialize: () => undefined,
              authenticate: async ({ req }) => ({
                result: { name: String(req.headers['x-user']) },
              }),
            }),
            signInResolver: async ({ result }, context) =>
              context.issueToken({
                claims: {
                  sub: `user:default/${result.name}`,
                  ent: ['group:default/platform'],
                },
              }),
          }),
        });
      },
    }),
});

describe('with Backstage’s own sign-in, and the tenant-storage backend', () => {
  let gitHost: GitHost;
  let underCluster: StandIn;
  let backend: TestBackend;
  let token: string;

  async function ask<T>(
    path: string,
    options: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: T }> {
    const response = await fetch(
      `http://localhost:${backend.server.port()}/api${path}`,
      {
        method: options.body ? 'POST' : 'GET',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...options.headers,
        },
        body: options.body && JSON.stringify(options.body),
      },
    );
    return { status: response.status, body: (await response.json()) as T };
  }

  beforeAll(async () => {
    gitHost = await startGitHost({
      repositories: {
        'kmetal/fleet': { 'clusters/muc-1/quotas.yaml': MANIFEST },
      },
    });
    underCluster = await startStandIn({ name: 'muc-1' });
    const reader = await grantReader(underCluster);
    await applyObjects(underCluster, [
      ...['alpha', 'beta'].map(name => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
      ...yaml
        .parseAllDocuments(MANIFEST)
        .map(
          document => document.toJS() as Parameters<typeof applyObjects>[1][0],
        ),
    ]);
    const template = await readFile(
      resolvePackagePath(
        '@kmetal/backstage-plugin-scaffolder-backend-module-tenant-storage',
        '../../templates/request-more-storage/template.yaml',
      ),
      'utf8',
    );
    backend = await startTestBackend({
      features: [
        authServiceFactory,
        httpAuthServiceFactory,
        userInfoServiceFactory,
        urlReaderServiceFactory,
        authPlugin,
        signIn,
        scaffolder,
        githubModule,
        tenantStorageModule,
        tenantStoragePlugin,
        catalogServiceMock.factory({ entities: [yaml.parse(template)] }),
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'http://localhost:3000' },
            auth: { providers: { header: {} } },
            integrations: {
              github: [
                {
                  host: gitHost.host,
                  apiBaseUrl: `${gitHost.url}/api/v3`,
                  token: gitHost.portalToken,
                },
              ],
            },
            tenantStorage: {
              // Whom it may concern while the portal has no permission system.
              access: { groups: ['group:default/platform'] },
              gitOps: {
                repositories: [
                  { url: `${gitHost.url}/kmetal/fleet`, branch: 'main' },
                ],
              },
              underClusters: [
                {
                  name: 'muc-1',
                  url: underCluster.url,
                  caData: underCluster.ca,
                  token: reader.token,
                  capacity: '20Ti',
                },
              ],
            },
          },
        }),
      ],
    });
    token = '';
    const { body } = await ask<{ backstageIdentity: { token: string } }>(
      '/auth/header/refresh',
      { headers: { 'x-user': 'alice' } },
    );
    token = body.backstageIdentity.token;
    await eventually(
      () =>
        ask<{ limits?: unknown[]; freshness?: { state: string } }>(
          '/tenant-storage/v1/under-clusters/muc-1/tenants/alpha',
        ),
      answer => answer.body.freshness?.state === 'live',
    );
  });

  afterAll(async () => {
    await backend?.stop();
    await underCluster?.stop();
    await gitHost?.stop();
  });

  it('the scaffolder is known as who asks for alice, and the approver alone reads sums of all tenants', async () => {
    const byHerself = await ask('/tenant-storage/v1/changes/quota/facts', {
      body: WISH,
    });
    expect(byHerself.status).toBe(403);

    const { underCluster: muc, tenant, ...rest } = WISH;
    const { body: task } = await ask<{ id: string }>('/scaffolder/v2/tasks', {
      body: {
        templateRef: 'template:default/request-more-storage',
        values: { tenant: { underCluster: muc, tenant }, ...rest },
      },
    });
    const { body: end } = await eventually(
      () => ask<{ status: string }>(`/scaffolder/v2/tasks/${task.id}`),
      ({ body }) => body.status !== 'open' && body.status !== 'processing',
    );
    const { body: log } = await ask<unknown>(
      `/scaffolder/v2/tasks/${task.id}/events`,
    );
    const said = JSON.stringify(log);
    expect(said).not.toContain('Error');
    expect(end.status).toBe('completed');
    expect(said).not.toMatch(/All quotas|950 Gi|960 Gi/);

    const answer = await fetch(
      `${gitHost.url}/api/v3/repos/kmetal/fleet/pulls`,
      { headers: { authorization: `Bearer ${gitHost.portalToken}` } },
    );
    const pulls = (await answer.json()) as Array<{ body: string }>;
    expect(pulls).toHaveLength(1);
    expect(pulls[0].body).toContain(`\`${ALICE}\` asks for`);
    expect(pulls[0].body).toMatch(/All quotas of the class together \| 950 Gi/);

    const { body: requests } = await ask<{ items: unknown[] }>(
      '/tenant-storage/v1/requests',
    );
    expect(requests.items).toMatchObject([{ requester: ALICE }]);
  });

  it('nobody records a request by hand', async () => {
    const { status } = await ask('/tenant-storage/v1/requests', {
      body: {
        ...WISH,
        change: 'quota',
        host: gitHost.host,
        repository: 'kmetal/fleet',
        before: null,
      },
    });
    expect(status).toBe(403);
  });
});
