import { mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import { storageChanges } from '@kmetal/backstage-plugin-tenant-storage-node';
import { StorageChangeBench } from '../storageChangeAction.test.bench';
import { createStorageChangeAction } from './storageChange';

type Data = Record<string, unknown>;

const NAMES = [
  '../x',
  '%2e%2e',
  'A_B',
  'a'.repeat(254),
  '\u0430lpha',
  'alpha\u200f',
  'al\u0000pha',
  '__proto__',
  'a\nb: c',
];

/** Kinds of text that a form may send, each with what is no such text. */
const BAD = {
  /** A DNS subdomain: the name of most objects. */
  name: NAMES,
  /** A DNS label: the name of a namespace, a Service and the like. */
  label: [...NAMES, 'a'.repeat(64)],
  /** One line of visible text, with rules of its own. */
  line: ['a\nfoo: bar', 'a\u0000', 'a\u001b[31m', '\u200fa'],
  quantity: [
    '5gi',
    '-5Gi',
    '0',
    '1e400',
    '9223372036854775808',
    'NaN',
    '５Gi',
    '5Gi\nfoo: bar',
    '100m',
    '10.3Gi',
  ],
  /** A folder of a node or of a server. */
  folder: [
    '../x',
    'C:\\',
    '.git/config',
    '.github/workflows/x.yaml',
    '/var/../etc',
    '/var\nfoo: bar',
    '/v\u0000ar',
  ],
  address: [
    'minio',
    'file:///etc/passwd',
    'ftp://s3.example.com',
    'https://alice:hunter2@s3.example.com',
    'https://s3.example.com\nfoo: bar',
    'https://s3.example.c\u043em',
  ],
};

type Kind = keyof typeof BAD;

/** What each text of a change is: a DNS name, and so on. Texts with a list of choices are checked by that. */
const TEXTS: Record<string, Record<string, Kind>> = {
  profile: { storageClass: 'name' },
  backend: {
    'longhorn.chartVersion': 'line',
    'longhorn.repositoryUrl': 'address',
    'longhorn.namespace': 'label',
    'longhorn.dataPath': 'folder',
    'rookCeph.pool': 'name',
    'rookCeph.clusterNamespace': 'label',
    'rookCeph.operatorNamespace': 'label',
    'rookCeph.imageFeatures': 'line',
    'nfs.chartVersion': 'line',
    'nfs.repositoryUrl': 'address',
    'nfs.namespace': 'label',
    'nfs.server': 'line',
    'nfs.share': 'folder',
    'nfs.subDir': 'line',
    'nfs.mountPermissions': 'line',
    'nfs.mountOptions.0': 'line',
    'csi.provisioner': 'name',
    'csi.parameters.0.name': 'line',
    'csi.parameters.0.value': 'line',
    'localPath.nodes.0.node': 'name',
    'localPath.nodes.0.paths.0': 'folder',
    canarySize: 'quantity',
    fluxNamespace: 'label',
  },
  paths: {
    storageClass: 'name',
    'nodes.0.node': 'name',
    'nodes.0.paths.0': 'folder',
    'removeNodes.0': 'name',
  },
  tenant: { tenant: 'label', size: 'quantity', largestVolume: 'quantity' },
  class: {
    name: 'name',
    nfsServer: 'line',
    nfsShare: 'folder',
    nfsSubDir: 'line',
    nfsMountPermissions: 'line',
    'nfsMountOptions.0': 'line',
    cephClusterNamespace: 'label',
    cephOperatorNamespace: 'label',
    cephPool: 'name',
    provisioner: 'name',
    'parameters.tier': 'line',
  },
  'rook-ceph': {
    namespace: 'label',
    operatorNamespace: 'label',
    cephImage: 'line',
    'nodes.0.name': 'name',
    'nodes.0.devices.0': 'line',
    deviceFilter: 'line',
    pool: 'name',
    className: 'name',
    snapshotClassName: 'name',
  },
  minio: {
    name: 'label',
    namespace: 'label',
    image: 'line',
    storageClass: 'name',
    size: 'quantity',
    secretName: 'name',
    secretUserKey: 'line',
    secretPasswordKey: 'line',
  },
  'velero-location': {
    name: 'name',
    namespace: 'label',
    bucket: 'name',
    prefix: 'line',
    region: 'line',
    s3Url: 'address',
    publicUrl: 'address',
    kmsKeyId: 'line',
    credentialName: 'name',
    credentialKey: 'line',
    caCert: 'line',
  },
  benchmark: {
    name: 'label',
    namespace: 'label',
    storageClass: 'name',
    size: 'quantity',
    image: 'line',
  },
  snapshot: {
    namespace: 'label',
    claim: 'name',
    name: 'name',
    snapshotClass: 'name',
  },
  restore: {
    namespace: 'label',
    snapshot: 'name',
    name: 'name',
    storageClass: 'name',
    size: 'quantity',
  },
};

/** Fields that are looked at where something else is chosen, too, and with what. */
const WITH: Array<[field: RegExp, input: Data]> = [
  [/^longhorn\./, { to: 'longhorn' }],
  [/^rookCeph\./, { to: 'rook-ceph' }],
  [/^nfs\./, { to: 'nfs', nfs: { server: 'nfs.example.com', share: '/x' } }],
  [/^csi\.provisioner/, { to: 'csi', csi: {} }],
  [
    /^csi\.parameters/,
    {
      to: 'csi',
      csi: {
        provisioner: 'csi.example.com',
        parameters: [{ name: 'tier', value: 'gold' }],
      },
    },
  ],
  [
    /^localPath\./,
    { to: 'local-path', localPath: { nodes: [{ node: 'w1', paths: ['/x'] }] } },
  ],
  [/^nfs[A-Z]/, { backend: 'nfs' }],
  [/^ceph(ClusterNamespace|OperatorNamespace|Pool)$/, { backend: 'rook-ceph' }],
  [/^(provisioner|parameters\.)/, { backend: 'csi' }],
  [/^deviceFilter/, { nodes: [] }],
  [/^kmsKeyId/, { serverSideEncryption: 'aws:kms' }],
  [/^publicUrl/, { s3Url: 'https://s3.example.com', region: 'minio' }],
  [/^s3Url/, { region: 'minio' }],
];

/** A copy of the input with a value at a path, such as `nodes.0.paths.0`. */
function withValue(input: Data, path: string, value: unknown): Data {
  const copy = structuredClone(input);
  const steps = path.split('.');
  let at: Data = copy;
  steps.slice(0, -1).forEach((step, index) => {
    const empty = /^\d+$/.test(steps[index + 1]) ? [] : {};
    at[step] = at[step] ?? empty;
    at = at[step] as Data;
  });
  at[steps.at(-1) ?? ''] = value;
  return copy;
}

interface Schema {
  type?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** The paths of all texts that a form may send without a list of choices. */
function textsOf(path: string, schema: Schema): string[] {
  const { additionalProperties, items, properties, type } = schema;
  if (type === 'string') return schema.enum ? [] : [path];
  const below = (name: string) => (path ? `${path}.${name}` : name);
  return [
    ...Object.entries(properties ?? {}).flatMap(([name, each]) =>
      textsOf(below(name), each),
    ),
    ...(items ? textsOf(below('0'), items) : []),
    ...(typeof additionalProperties === 'object'
      ? textsOf(below('tier'), additionalProperties)
      : []),
  ];
}

const actionOptions = {
  auth: mockServices.auth(),
  discovery: mockServices.discovery(),
  urlReader: mockServices.urlReader.mock(),
  integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
  requireScmUserCredentials: false,
};

describe.each(storageChanges.map(change => [change.action, change] as const))(
  '%s',
  (_, change) => {
    const [{ input }] = change.examples;
    const bench = new StorageChangeBench(change, {}, {});
    beforeAll(() => bench.start());
    afterAll(() => bench.stop());
    beforeEach(() => bench.reset());

    /** What is refused, and by which of its fields; all else is as if nobody had asked. */
    async function refused(wish: Data, field: string) {
      const { name, message } = await bench.failure(wish);
      // A list as a whole may be what is wrong.
      const [whole] = field.split('.');
      return {
        name,
        byField: message
          .split('\n')
          .some(
            each =>
              each.startsWith(`${whole}:`) || each.startsWith(`${whole}.`),
          ),
        message,
        calls: [...bench.backend.calls, ...bench.gitHost.calls],
        written: bench.workspace.content(),
      };
    }

    const byItsField = () => ({
      name: 'InputError',
      byField: true,
      // eslint-disable-next-line no-control-regex
      message: expect.not.stringMatching(/[\u0000\u200f]|hunter2/),
      calls: [],
      written: {},
    });

    it('has a table of what each of its texts is', () => {
      const { properties = {} } = createStorageChangeAction(
        change,
        actionOptions,
      ).schema?.input as Schema;
      const { underCluster, reason, token, providers, ...own } = properties;
      expect(Object.keys(TEXTS[change.kind]).sort()).toEqual(
        textsOf('', { properties: own }).sort(),
      );
    });

    it.each(Object.entries(TEXTS[change.kind] ?? {}))(
      'refuses a bad %s (%s) by its field, before anybody is asked for anything',
      async (field, kind) => {
        const [, more] = WITH.find(([each]) => each.test(field)) ?? [];
        const { input: base } =
          change.examples.find(each => each.input.backend === more?.backend) ??
          change.examples[0];
        for (const bad of BAD[kind]) {
          const wish = withValue({ ...base, ...more }, field, bad);
          expect([bad, await refused(wish, field)]).toEqual([
            bad,
            byItsField(),
          ]);
        }
      },
    );

    it.each(BAD.label)(
      'refuses the under cluster %j by its field, before anybody is asked for anything',
      async underCluster => {
        expect(
          await refused({ ...input, underCluster }, 'underCluster'),
        ).toEqual(byItsField());
      },
    );

    it('refuses a field that it does not know, and no reason', async () => {
      const { message } = await bench.failure({
        ...input,
        sise: '5Gi',
        reason: ' \u200b ',
      });
      expect(message.split('\n')).toEqual([
        expect.stringMatching(/^sise: /),
        expect.stringMatching(/^reason: /),
      ]);
      expect(bench.backend.calls).toEqual([]);
    });
  },
);
