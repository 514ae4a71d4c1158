import {
  discrepancies,
  kubeApiServerAvailable,
  removed,
  startKubeApiServer,
  startStandIn,
  type KubeObject,
  type UnderCluster,
} from '@kmetal/under-cluster';
import type { StorageChangeKind } from '@kmetal/backstage-plugin-tenant-storage-common';
import { parseAllDocuments } from 'yaml';
import { FORMS } from './acceptance.test.forms';
import {
  installed,
  LOCAL,
  LONGHORN,
  onLocalPath,
  open,
} from './backend/swap.test.cluster';
import type { FactsOfTest } from './facts.testing';
import { repository } from './fleet.testing';
import { planStorageChange, type StorageChangePlan } from './planStorageChange';
import { storageChanges } from './storageChanges';

const CLASS = 'tenant-storage-class';

const servers: Array<[UnderCluster['kind'], () => Promise<UnderCluster>]> = [
  ['stand-in', () => startStandIn({ name: 'acceptance' })],
];
if (kubeApiServerAvailable()) {
  servers.push([
    'kube-apiserver',
    () => startKubeApiServer({ name: 'acceptance' }),
  ]);
} else {
  process.stderr.write(
    'What a real API server does with the manifests of storage changes is left out: KUBEBUILDER_ASSETS names no folder with one.\n',
  );
}

const LOCAL_PATH = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  interval: 10m
  releaseName: local-path-provisioner
  targetNamespace: kmetal-local-path-storage
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30
      sourceRef:
        kind: HelmRepository
        name: local-path-provisioner
  values:
    nodeSelector:
      node-role.kubernetes.io/control-plane: ""
    storageClassConfigs:
      local-path:
        storageClass:
          create: true
          defaultClass: false
          defaultVolumeType: hostPath
          reclaimPolicy: Delete
          volumeBindingMode: WaitForFirstConsumer
        nodePathMap:
          - node: c1
            paths:
              - /var/data/local
          - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
            paths: []
      tenant-storage-class:
        storageClass:
          create: true
          defaultClass: false
          defaultVolumeType: hostPath
          reclaimPolicy: Delete
          volumeBindingMode: WaitForFirstConsumer
        nodePathMap:
          - node: w1
            paths:
              - /var/data/tenant
          - node: w2
            paths:
              - /var/data/tenant
          - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
            paths: []
`;

type Input = Record<string, unknown>;

/** What is in Git and in the under cluster before an example of a change can be proposed. */
interface Before {
  facts?: FactsOfTest;
  files?: Record<string, string>;
}

const DRIVERS: Record<string, string> = {
  longhorn: LONGHORN,
  'rook-ceph': 'rook-ceph.rbd.csi.ceph.com',
  nfs: 'nfs.csi.k8s.io',
  csi: 'csi.example.com',
};
const served = (provisioner: string): FactsOfTest => ({
  csiDrivers: [{ name: provisioner }],
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    { name: CLASS, provisioner },
  ],
});
const onLonghorn: FactsOfTest = {
  csiDrivers: [{ name: LONGHORN }],
  nodes: ['w1', 'w2', 'w3', 'w4'].map(name => ({ name })),
  storageClasses: [{ name: 'longhorn', provisioner: LONGHORN }],
};
const CLAIM = 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11';
const snapshottable: FactsOfTest = {
  ...served(LONGHORN),
  snapshotClasses: [{ name: 'longhorn', driver: LONGHORN }],
  claims: [
    {
      namespace: 'alpha',
      name: CLAIM,
      provisionedBy: LONGHORN,
      volume: 'pvc-1',
    },
  ],
};
const snapshotted: FactsOfTest = {
  ...snapshottable,
  snapshots: [
    {
      namespace: 'alpha',
      name: 'before-upgrade',
      claim: CLAIM,
      driver: LONGHORN,
      restoreSize: '10737418240',
    },
  ],
};

const [head, ofTenants] = LOCAL_PATH.split('      tenant-storage-class:');
const RELEASED = {
  'storage/local-path.yaml': `${head}      tenant-storage-class:${ofTenants.replace(
    'create: true',
    'create: false',
  )}`,
};

const BEFORE: Partial<
  Record<StorageChangeKind, (input: Input, first: () => Before) => Before>
> = {
  backend: input => {
    const { stage, to } = input;
    const driver = DRIVERS[`${to}`];
    const there = installed(driver, `${to}`);
    switch (stage) {
      case 'release':
        return {
          facts: { ...there, ...open('claim', `${to}`, 'approved', input) },
        };
      case 'claim':
        return {
          facts: { ...there, ...open('release', `${to}`, 'opened', input) },
        };
      case 'cleanUp':
        return {
          facts: { ...there, ...served(driver), volumes: [] },
          files: RELEASED,
        };
      default:
        return { facts: there };
    }
  },
  paths: ({ removeNodes }) => (removeNodes ? { facts: { volumes: [] } } : {}),
  tenant: () => ({ facts: { namespaces: [{ name: 'omega' }] } }),
  class: ({ backend, provisioner }) => ({
    facts: {
      csiDrivers: [{ name: `${provisioner ?? DRIVERS[`${backend}`]}` }],
    },
  }),
  minio: ({ storageClass }) =>
    storageClass === 'local-path'
      ? {
          facts: {
            nodes: ['c1', 'c2', 'c3', 'c4', 'c5'].map(name => ({
              name,
              controlPlane: true,
            })),
          },
        }
      : { facts: onLonghorn },
  'velero-location': ({ volumeSnapshotLocation }) =>
    volumeSnapshotLocation
      ? {
          facts: {
            storageClasses: [
              { name: CLASS, provisioner: LOCAL },
              { name: 'ebs', provisioner: 'ebs.csi.aws.com' },
            ],
          },
        }
      : {},
  // What is taken away was brought by the first example.
  benchmark: ({ step }, first) =>
    step === 'cleanUp' ? first() : { facts: onLonghorn },
  snapshot: () => ({ facts: snapshottable }),
  restore: () => ({ facts: snapshotted }),
};

/** The manifests of the files that a plan writes; kustomization.yaml is no object of the cluster. */
function manifestsOf(plan: StorageChangePlan): KubeObject[] {
  return plan.files.flatMap(({ path, content }) =>
    content === null || !/\.ya?ml$/.test(path)
      ? []
      : parseAllDocuments(content)
          .map(document => document.toJS() as KubeObject | null)
          .flatMap(each => each ?? [])
          .filter(
            ({ apiVersion, kind }) =>
              apiVersion &&
              kind &&
              !apiVersion.startsWith('kustomize.config.k8s.io/'),
          ),
  );
}

const wishes = storageChanges.flatMap(change =>
  [...change.examples, ...FORMS.filter(({ kind }) => kind === change.kind)].map(
    ({ description, input }) => ({
      name: `${change.kind}: ${description}`,
      change,
      input,
    }),
  ),
);

function planned(
  change: (typeof storageChanges)[number],
  input: Input,
): StorageChangePlan {
  const first = (): Before => {
    const plan = planned(change, change.examples[0].input);
    const written = plan.files.map(({ path, content }) => [path, content]);
    return { facts: onLonghorn, files: Object.fromEntries(written) };
  };
  const { facts = {}, files = {} } = BEFORE[change.kind]?.(input, first) ?? {};
  return planStorageChange(change, {
    underCluster: 'muc-1',
    input,
    reason: 'Agreed in the review of storage.',
    requester: 'user:default/petra',
    repositories: [
      repository(
        {
          'storage/kustomization.yaml': 'resources:\n  - local-path.yaml\n',
          'storage/local-path.yaml': LOCAL_PATH,
          ...files,
        },
        {
          newFiles: {
            quota: 'tenants/{tenant}/quota.yaml',
            storage: 'storage/{change}-{object}.yaml',
          },
        },
      ),
    ],
    facts: onLocalPath(facts),
  });
}

describe.each(servers)('on a %s, what a storage change writes', (_, start) => {
  let cluster: UnderCluster;

  beforeAll(async () => {
    cluster = await start();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it.each(wishes)(
    'is stored as it was written: $name',
    async ({ change, input }) => {
      const plan = planned(change, input);
      expect(plan.refusals).toEqual([]);
      expect(plan.changed).toBe(true);
      const manifests = manifestsOf(plan);
      expect(await discrepancies(cluster, manifests)).toEqual([]);
      await removed(cluster, manifests);
    },
  );
});
