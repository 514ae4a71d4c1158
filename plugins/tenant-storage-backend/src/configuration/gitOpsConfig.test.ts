import { mockServices } from '@backstage/backend-test-utils';
import type { JsonObject, JsonValue } from '@backstage/types';
import {
  readUnderClusterConfig,
  settingsOf,
} from '../kubernetes/underClusterConfig';
import { readRequestSettings } from './requestSettings';

const SECRET = 'ghp_secretSecretSecret';

const underCluster: JsonObject = {
  name: 'muc-1',
  url: 'https://10.0.0.1:6443',
  token: 'the-token',
};

const fleet: JsonObject = { url: 'https://github.com/acme/fleet' };

const gitOps = (change: JsonObject): JsonObject => ({
  repositories: [fleet, { ...fleet, ...change }],
});

async function settingsFrom(tenantStorage: JsonObject) {
  const config = mockServices.rootConfig({
    data: {
      tenantStorage,
      integrations: {
        github: [
          {
            host: 'ghe.example.com',
            apiBaseUrl: 'https://ghe.example.com/api/v3',
            token: SECRET,
          },
        ],
        gitlab: [
          {
            host: 'example.com',
            baseUrl: 'https://example.com/gitlab',
            apiBaseUrl: 'https://example.com/gitlab/api/v4',
          },
        ],
      },
    },
  });
  const { supplier, defaults } = readUnderClusterConfig(
    config,
    mockServices.logger.mock(),
  );
  return (await supplier.list()).map(each => settingsOf(each, defaults));
}

async function faultOf(tenantStorage: JsonObject): Promise<string> {
  return settingsFrom(tenantStorage).then(
    () => 'it was taken',
    error => {
      expect(error.name).toBe('InputError');
      return error.message;
    },
  );
}

describe('The configuration of changes', () => {
  it('is optional: nothing can be asked for then', async () => {
    expect(await settingsFrom({ underClusters: [underCluster] })).toEqual([
      expect.objectContaining({
        repositories: [],
        reviewers: { users: [], teams: [] },
      }),
    ]);
  });

  it('is told for all under clusters, or for one, with placeholders filled in', async () => {
    const [one, other] = await settingsFrom({
      gitOps: {
        repositories: [
          {
            url: 'https://ghe.example.com/acme/fleet.git/',
            branch: 'main',
            root: './clusters/{underCluster}/',
            newFiles: {
              quota: 'clusters/{underCluster}/tenants/{tenant}/quota.yaml',
            },
          },
        ],
        reviewers: { users: ['petra'], teams: ['acme/platform'] },
      },
      underClusters: [
        underCluster,
        {
          ...underCluster,
          name: 'fra-2',
          capacity: '20Ti',
          gitOps: {
            repositories: [
              {
                url: 'https://gitlab.com/acme/platform/fleet',
                locators: {
                  quota: {
                    files: 'x/{underCluster}/*.yaml',
                    object: { apiGroup: '', kind: 'ConfigMap', name: 'v' },
                    path: ['tenants', { where: { name: '{tenant}' } }, 0],
                  },
                },
              },
            ],
          },
        },
      ],
    });

    expect(one).toMatchObject({
      repositories: [
        {
          url: 'https://ghe.example.com/acme/fleet',
          host: 'ghe.example.com',
          repository: 'acme/fleet',
          branch: 'main',
          root: 'clusters/muc-1',
          locators: {},
          newFiles: {
            quota: 'clusters/{underCluster}/tenants/{tenant}/quota.yaml',
          },
        },
      ],
      reviewers: { users: ['petra'], teams: ['acme/platform'] },
    });
    expect(one.capacity).toBeUndefined();
    expect(other).toMatchObject({
      repositories: [
        {
          url: 'https://gitlab.com/acme/platform/fleet',
          repository: 'acme/platform/fleet',
          branch: null,
          root: null,
          locators: {
            quota: {
              files: 'x/{underCluster}/*.yaml',
              object: { apiGroup: '', kind: 'ConfigMap', name: 'v' },
              path: ['tenants', { where: { name: '{tenant}' } }, 0],
            },
          },
          newFiles: {},
        },
      ],
      reviewers: { users: [], teams: [] },
      capacity: 20n * 1024n ** 4n,
    });
  });

  it('tells where the values of local-path, the webhook and new objects are', async () => {
    const locator = (path: string, ...steps: JsonValue[]): JsonObject => ({
      files: `clusters/{underCluster}/${path}`,
      path: steps,
    });
    const change = {
      locators: {
        localPath: locator('values.yaml', 'localPath', 'storageClassConfigs'),
        nodePathMap: locator('values.yaml', 'maps', '{storageClass}'),
        webhook: {
          ...locator('*/webhook.yaml', 'spec', 'values'),
          object: { kind: 'HelmRelease', name: '{tenant}-webhook' },
        },
      },
      newFiles: { storage: 'clusters/{underCluster}/{change}/{object}.yaml' },
    };
    const [{ repositories }] = await settingsFrom({
      gitOps: gitOps(change),
      underClusters: [underCluster],
    });

    expect(repositories[0]).toMatchObject({ locators: {}, newFiles: {} });
    expect(repositories[1]).toMatchObject(change);
  });

  const quotaLocator = (change: JsonObject): JsonObject => ({
    locators: { quota: { files: 'values.yaml', path: ['quota'], ...change } },
  });

  it.each<[string, JsonObject, RegExp]>([
    ['url', { url: 'fleet' }, /must be the URL of a repository/],
    ['url', { url: 'git@github.com:acme/fleet' }, /must be the URL/],
    ['url', { url: 'ssh://git@github.com/acme/fleet' }, /https:/],
    ['url', { url: `https://x:${SECRET}@github.com/acme/fleet` }, /integrat/],
    ['url', { url: `https://${SECRET}@github.com/acme/fleet` }, /integrations/],
    ['url', { url: 'https://github.com/acme/fleet/tree/main' }, /branch/],
    ['url', { url: 'https://github.com/acme' }, /repository alone/],
    ['url', { url: 'https://github.com/acme/../fleet/.%2e' }, /alone/],
    ['url', { url: 'https://github.com/acme/fleet?token=x' }, /alone/],
    [
      'url',
      { url: 'https://git.elsewhere.com/acme/fleet' },
      /git.elsewhere.com, that is not under integrations: add it there/,
    ],
    ['url', { url: 'https://dev.azure.com/acme/p/fleet' }, /azure.*github/],
    ['url', { url: 'https://example.com/gitlab/a/b' }, /root of its host/],
    ['branch', { branch: 'feature/x' }, /branch of letters/],
    ['branch', { branch: 'a..b' }, /Give the name of a branch/],
    ['branch', { branch: '-x' }, /begins with a dash/],
    ['branch', { branch: 'x.lock' }, /\.lock/],
    ['branch', { branch: 'refs/heads/x' }, /is a reference/],
    [
      'branch',
      { url: 'https://bitbucket.org/acme/fleet', branch: 'main' },
      /leave it out/,
    ],
    ['root', { root: '../other' }, /leaves the repository/],
    ['root', { root: '/clusters' }, /is absolute/],
    ['root', { root: 'C:\\clusters' }, /backslash/],
    ['root', { root: 'a/%2e%2e/b' }, /leaves the repository/],
    ['root', { root: '.git/hooks' }, /Git's own folder/],
    ['root', { root: 'clusters/{tenant}' }, /\{underCluster\}/],
    ['newFiles.quota', { newFiles: { quota: '/q/{tenant}.yaml' } }, /absol/],
    ['newFiles.quota', { newFiles: { quota: '../{tenant}.yaml' } }, /leaves/],
    ['newFiles.quota', { newFiles: { quota: 'quota.yaml' } }, /\{tenant\}/],
    ['newFiles.quota', { newFiles: { quota: '{tenant}/quota' } }, /\.yaml/],
    [
      'newFiles.quota',
      { newFiles: { quota: '.github/workflows/{tenant}.yaml' } },
      /what it runs/,
    ],
    [
      'newFiles.quota',
      { newFiles: { quota: '{cluster}/{tenant}.yaml' } },
      /\{cluster\}.*nobody fills in/,
    ],
    [
      'newFiles.quota',
      { root: 'a', newFiles: { quota: 'ab/{tenant}.yaml' } },
      /under root/,
    ],
    ['newFiles.size', { newFiles: { size: 'x' } }, /not a known setting/],
    [
      'newFiles.storage',
      { newFiles: { storage: 'storage/{object}.yaml' } },
      /\{change\}.*a file of its own/,
    ],
    [
      'newFiles.storage',
      { newFiles: { storage: 'storage/{change}.yaml' } },
      /\{object\}/,
    ],
    [
      'newFiles.storage',
      { newFiles: { storage: '{tenant}/{change}/{object}.yaml' } },
      /\{tenant\}.*nobody fills in/,
    ],
    [
      'newFiles.storage',
      { newFiles: { storage: '../{change}/{object}.yaml' } },
      /leaves/,
    ],
    [
      'newFiles.storage',
      { root: 'a', newFiles: { storage: 'b/{change}-{object}.yaml' } },
      /under root/,
    ],
    ['locators.map', { locators: { map: {} } }, /not a known setting/],
    [
      'locators.nodePathMap.files',
      { locators: { nodePathMap: { path: ['a'] } } },
      /is missing/,
    ],
    [
      'locators.webhook.path[0]',
      { locators: { webhook: { files: 'a.yaml', path: ['{object}'] } } },
      /\{object\}/,
    ],
    ['locators.quota.files', quotaLocator({ files: null }), /is missing/],
    ['locators.quota.files', quotaLocator({ files: '../*.yaml' }), /leaves/],
    ['locators.quota.path', quotaLocator({ path: [] }), /is missing/],
    ['locators.quota.path', quotaLocator({ path: 'a.b' }), /must be a list/],
    ['locators.quota.path[0]', quotaLocator({ path: [-1] }), /index from 0/],
    ['locators.quota.path[1]', quotaLocator({ path: ['a', {}] }), /where/],
    ['locators.quota.path[0]', quotaLocator({ path: ['{x}'] }), /\{x\}/],
    [
      'locators.quota.object.apiGroup',
      quotaLocator({ object: { apiGroup: 5 } }),
      /text/,
    ],
    ['brunch', { brunch: 'main' }, /not a known setting/],
  ])(
    'is refused where %s is malformed, with the whole key and a remedy (%j)',
    async (field, change, words) => {
      const places: Array<[string, JsonObject]> = [
        ['gitOps', { gitOps: gitOps(change), underClusters: [underCluster] }],
        [
          'underClusters[1].gitOps',
          {
            underClusters: [
              underCluster,
              { ...underCluster, name: 'fra-2', gitOps: gitOps(change) },
            ],
          },
        ],
      ];
      for (const [place, tenantStorage] of places) {
        const message = await faultOf(tenantStorage);
        expect(message).toContain(
          `tenantStorage.${place}.repositories[1].${field}`,
        );
        expect(message).toMatch(words);
        expect(message).not.toContain(SECRET);
      }
    },
  );

  it.each<[JsonValue, string]>([
    ['x', 'tenantStorage.gitOps must be an object'],
    [{}, 'tenantStorage.gitOps.repositories is missing'],
    [{ repositories: fleet }, 'tenantStorage.gitOps.repositories must be a l'],
    [
      { repositories: [fleet], reviewers: { users: ['@petra me'] } },
      'tenantStorage.gitOps.reviewers.users[0] must be the name of an account',
    ],
    [
      { repositories: [fleet], reviewers: { teams: [7] } },
      'tenantStorage.gitOps.reviewers.teams[0] must be the name of a team',
    ],
  ])('is refused as %j', async (value, words) => {
    expect(
      await faultOf({ gitOps: value, underClusters: [underCluster] }),
    ).toContain(words);
  });

  it.each(['0', '-1Gi', '20tb', ''])(
    'is refused with a capacity of %p',
    async capacity => {
      expect(
        await faultOf({ underClusters: [{ ...underCluster, capacity }] }),
      ).toMatch(/^tenantStorage\.underClusters\[0\]\.capacity must be/);
    },
  );
});

describe('The configuration of requests', () => {
  const read = (requests?: JsonValue) =>
    readRequestSettings(
      mockServices.rootConfig({
        data: {
          tenantStorage: { ...(requests !== undefined && { requests }) },
        },
      }),
    );

  it('has defaults', () => {
    expect(read()).toEqual({
      schedule: {
        frequency: { seconds: 30 },
        timeout: { minutes: 2 },
        initialDelay: { seconds: 5 },
      },
      stuckAfter: { minutes: 10 },
    });
  });

  it('tells how often to look, and when a request is stuck', () => {
    expect(
      read({
        schedule: { frequency: 'PT1M', timeout: { seconds: 90 } },
        stuckAfter: '1h',
      }),
    ).toEqual({
      schedule: { frequency: { minutes: 1 }, timeout: { seconds: 90 } },
      stuckAfter: { hours: 1 },
    });
  });

  it.each<[JsonValue, RegExp]>([
    ['x', /^tenantStorage\.requests must be an object/],
    [{ every: 5 }, /^tenantStorage\.requests\.every is not a known setting/],
    [{ schedule: {} }, /^tenantStorage\.requests\.schedule can't be read/],
    [
      { schedule: { frequenzy: 'PT1M' } },
      /^tenantStorage\.requests\.schedule\.frequenzy is not/,
    ],
    [{ stuckAfter: 'soon' }, /^tenantStorage\.requests\.stuckAfter can't be/],
    [{ stuckAfter: { minutes: 0 } }, /^tenantStorage\.requests\.stuckAfter/],
  ])('is refused as %j', (requests, words) => {
    expect(() => read(requests)).toThrow(words);
  });
});
