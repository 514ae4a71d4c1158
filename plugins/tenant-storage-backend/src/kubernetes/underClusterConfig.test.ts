import { mockServices } from '@backstage/backend-test-utils';
import type { JsonObject, JsonValue } from '@backstage/types';
import { readUnderClusterConfig, settingsOf } from './underClusterConfig';

const FIO = `registry.example.com/fio:3.38@sha256:${'0123456789abcdef'.repeat(
  4,
)}`;
const SECRET = 'the-secret-that-must-not-be-shown';

const good: JsonObject = {
  name: 'under-1',
  url: 'https://10.0.0.1:6443',
  token: SECRET,
};

function read(tenantStorage: JsonValue) {
  const logger = mockServices.logger.mock();
  const config = mockServices.rootConfig({ data: { tenantStorage } });
  return { ...readUnderClusterConfig(config, logger), logger };
}

/** The second of two under clusters, with this changed. */
function withChange(change: JsonObject): JsonValue {
  return {
    underClusters: [good, { ...good, name: 'under-2', ...change }],
  };
}

const key = 'tenantStorage.underClusters[1]';
const without = (...names: string[]): JsonObject => ({
  ...Object.fromEntries(
    Object.entries(good).filter(([name]) => !names.includes(name)),
  ),
});

describe('The configuration of under clusters', () => {
  it('takes an address with CA and token, a kubeconfig, or the pod it runs in', async () => {
    const { supplier } = read({
      underClusters: [
        { ...good, title: 'Frankfurt 1', caFile: '/etc/ca.crt' },
        {
          name: 'under-2',
          kubeconfig: { file: '/etc/kubeconfig', context: 'c' },
        },
        { name: 'under-3', inCluster: true },
      ],
    });
    expect((await supplier.list()).map(it => it.connection)).toEqual([
      {
        type: 'address',
        url: 'https://10.0.0.1:6443/',
        caFile: '/etc/ca.crt',
        token: SECRET,
      },
      { type: 'kubeconfig', file: '/etc/kubeconfig', context: 'c' },
      { type: 'inCluster' },
    ]);
  });

  it("tells objects apart by kMetal's words, the defaults' or the under cluster's own, whichever is nearest", async () => {
    const { supplier, defaults } = read({
      defaults: {
        storageClass: 'fast',
        csiController: { namePrefix: 'csi-' },
        localPath: { namespace: 'local' },
        benchmark: { namespace: 'benchmarks', image: FIO },
      },
      underClusters: [
        {
          ...good,
          storageClass: 'faster',
          benchmark: { namespace: 'bench' },
        },
      ],
    });
    const [definition] = await supplier.list();
    expect(settingsOf(definition, defaults)).toEqual({
      name: 'under-1',
      title: 'under-1',
      storageClass: 'faster',
      csiControllerSelector: 'app=kubevirt-csi-controller',
      csiControllerNamePrefix: 'csi-',
      tenantClusterLabel: 'csi-driver/cluster',
      ownerKey: 'kmetal.io/owner',
      localPath: { namespace: 'local', configMap: 'local-path-config' },
      velero: { namespace: 'velero' },
      benchmark: { namespace: 'bench', image: FIO },
      repositories: [],
      reviewers: { users: [], teams: [] },
    });
  });

  it('warns if there is none, and goes on', async () => {
    const { supplier, logger } = read({});
    expect(await supplier.list()).toEqual([]);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('tenantStorage.underClusters'),
    );
  });

  it.each<[string, JsonValue, string]>([
    [
      'underClusters',
      { underClusters: 'x' },
      'tenantStorage.underClusters must be a list',
    ],
    ['an entry', { underClusters: [good, 'x'] }, `${key} must be an object`],
    [
      'name, missing',
      { underClusters: [good, without('name')] },
      `${key}.name is missing`,
    ],
    ['name, not a text', withChange({ name: 7 }), `${key}.name must be a text`],
    ['name, empty', withChange({ name: '' }), `${key}.name must be a text`],
    [
      'name, with capitals',
      withChange({ name: 'A_B' }),
      `${key}.name must be a name`,
    ],
    [
      'name, a path',
      withChange({ name: '../x' }),
      `${key}.name must be a name`,
    ],
    [
      'name, encoded',
      withChange({ name: '%2e%2e' }),
      `${key}.name must be a name`,
    ],
    [
      'name, 64 characters',
      withChange({ name: 'a'.repeat(64) }),
      `${key}.name must be a name`,
    ],
    [
      'name, Cyrillic',
      withChange({ name: 'under-а' }),
      `${key}.name must be a name`,
    ],
    [
      'name, with a right-to-left mark',
      withChange({ name: 'under\u200f' }),
      `${key}.name must be a name`,
    ],
    [
      'name, with NUL',
      withChange({ name: 'a\u0000b' }),
      `${key}.name must be a name`,
    ],
    [
      'name, __proto__',
      withChange({ name: '__proto__' }),
      `${key}.name must be a name`,
    ],
    [
      'name, with a line after it',
      withChange({ name: 'a\nb' }),
      `${key}.name must be a name`,
    ],
    [
      'name, twice',
      withChange({ name: 'under-1' }),
      `${key}.name is "under-1" like tenantStorage.underClusters[0].name`,
    ],
    ['title', withChange({ title: 1 }), `${key}.title must be a text`],
    [
      'url, no way at all',
      { underClusters: [good, { name: 'b' }] },
      `set ${key}.url, ${key}.kubeconfig or ${key}.inCluster`,
    ],
    [
      'url, two ways',
      withChange({ inCluster: true }),
      `${key}.url and ${key}.inCluster are both set`,
    ],
    [
      'url, not a URL',
      withChange({ url: 'under-1' }),
      `${key}.url must be a URL`,
    ],
    [
      'url, http',
      withChange({ url: 'http://10.0.0.1' }),
      `${key}.dangerouslyAllowHttp: true allows it`,
    ],
    [
      'url, another scheme',
      withChange({ url: 'ftp://10.0.0.1' }),
      `${key}.url must begin with https://`,
    ],
    [
      'url, with a password',
      withChange({ url: `https://me:${SECRET}@10.0.0.1` }),
      `${key}.url must have no user`,
    ],
    [
      'caData',
      withChange({ caData: 'not a certificate' }),
      `${key}.caData must be a certificate`,
    ],
    [
      'caFile and caData',
      withChange({ caFile: '/a', caData: 'b' }),
      `${key}.caData and ${key}.caFile are both set`,
    ],
    [
      'token, missing',
      { underClusters: [good, { ...without('token'), name: 'b' }] },
      `${key}.token is missing`,
    ],
    [
      'token, two lines',
      withChange({ token: `${SECRET}\n${SECRET}` }),
      `${key}.token must be one bearer token`,
    ],
    [
      'token, not a text',
      withChange({ token: 5 }),
      `${key}.token must be a text`,
    ],
    [
      'tokenFile and token',
      withChange({ tokenFile: '/a' }),
      `${key}.token and ${key}.tokenFile are both set`,
    ],
    [
      'token, beside a kubeconfig',
      {
        underClusters: [
          good,
          { name: 'b', kubeconfig: { file: '/a' }, token: SECRET },
        ],
      },
      `${key}.token goes with ${key}.url`,
    ],
    [
      'kubeconfig',
      { underClusters: [good, { name: 'b', kubeconfig: '/a' }] },
      `${key}.kubeconfig must be an object`,
    ],
    [
      'kubeconfig.file',
      { underClusters: [good, { name: 'b', kubeconfig: {} }] },
      `${key}.kubeconfig.file is missing`,
    ],
    [
      'kubeconfig, unknown setting',
      { underClusters: [good, { name: 'b', kubeconfig: { path: '/a' } }] },
      `${key}.kubeconfig.path is not a known setting`,
    ],
    [
      'inCluster',
      withChange({ inCluster: 'yes' }),
      `${key}.inCluster must be true or false`,
    ],
    [
      'dangerouslyAllowHttp',
      withChange({ dangerouslyAllowHttp: 'true' }),
      `${key}.dangerouslyAllowHttp must be true or false`,
    ],
    [
      'dangerouslyAllowExec',
      withChange({ dangerouslyAllowExec: 1 }),
      `${key}.dangerouslyAllowExec must be true or false`,
    ],
    [
      'storageClass',
      withChange({ storageClass: 'A class' }),
      `${key}.storageClass must be the name of a StorageClass`,
    ],
    [
      'csiController',
      withChange({ csiController: 'app=x' }),
      `${key}.csiController must be an object`,
    ],
    [
      'csiController.labelSelector',
      withChange({ csiController: { labelSelector: 'a\u0000' } }),
      `${key}.csiController.labelSelector must be a label selector`,
    ],
    [
      'csiController.namePrefix',
      withChange({ csiController: { namePrefix: '../' } }),
      `${key}.csiController.namePrefix must be`,
    ],
    [
      'tenantClusterLabel',
      withChange({ tenantClusterLabel: 'a b' }),
      `${key}.tenantClusterLabel must be the key of a label`,
    ],
    [
      'ownerKey',
      withChange({ ownerKey: '' }),
      `${key}.ownerKey must be a text`,
    ],
    [
      'localPath.configMap',
      withChange({ localPath: { configMap: '*' } }),
      `${key}.localPath.configMap must be the name of a ConfigMap`,
    ],
    [
      'velero.namespace',
      withChange({ velero: { namespace: '../x' } }),
      `${key}.velero.namespace must be the name of a namespace`,
    ],
    ...[
      'fio:3.38',
      `registry.example.com/fio:latest@sha256:${'0'.repeat(64)}`,
    ].map((image): [string, JsonValue, string] => [
      `benchmark.image ${image}`,
      withChange({ benchmark: { image } }),
      `${key}.benchmark.image must be an image by its digest`,
    ]),
    [
      'benchmark.name',
      withChange({ benchmark: { name: 'x' } }),
      `${key}.benchmark.name is not a known setting`,
    ],
    [
      'a typing mistake',
      withChange({ storageclass: 'x' }),
      `${key}.storageclass is not a known setting`,
    ],
    ['defaults', { defaults: [] }, 'tenantStorage.defaults must be an object'],
    [
      'defaults.storageClass',
      { defaults: { storageClass: 3 } },
      'tenantStorage.defaults.storageClass must be a text',
    ],
    [
      'defaults, unknown setting',
      { defaults: { token: SECRET } },
      'tenantStorage.defaults.token is not a known setting',
    ],
  ])(
    'names what is malformed, whole, and shows no secret: %s',
    (_, config, message) => {
      let error: unknown;
      try {
        read(config);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ name: 'InputError' });
      const said = (error as Error).message;
      expect(said).toContain(message);
      expect(said).not.toContain(SECRET);
    },
  );

  it('allows http only if told so', async () => {
    const { supplier } = read(
      withChange({ url: 'http://10.0.0.1', dangerouslyAllowHttp: true }),
    );
    const [, second] = await supplier.list();
    expect(second).toMatchObject({
      connection: { url: 'http://10.0.0.1/' },
      dangers: { dangerouslyAllowHttp: true },
    });
  });
});
