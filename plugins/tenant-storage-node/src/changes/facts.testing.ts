import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';

type Lists = {
  [Key in keyof UnderClusterFacts as UnderClusterFacts[Key] extends {
    sight: unknown;
  }
    ? Key
    : never]: UnderClusterFacts[Key];
};
type Items<Key extends keyof Lists> = Lists[Key]['items'];

/** What a test says of an under cluster: items of a list, or why they can't be seen. */
export type FactsOfTest = Partial<
  Omit<UnderClusterFacts, keyof Lists> & {
    [Key in keyof Lists]:
      | Array<Partial<Items<Key>[number]>>
      | 'notInstalled'
      | 'unknown';
  }
>;

/** What an item says if a test does not. */
const ITEMS: { [Key in keyof Lists]: Items<Key>[number] } = {
  storageClasses: {
    name: 'class',
    provisioner: 'example.com/provisioner',
    parameters: {},
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    isDefault: false,
    isDefaultVirt: false,
    labels: {},
    annotations: {},
  },
  storageProfiles: {
    name: 'class',
    pinned: [],
    claimPropertySets: [],
    provisioner: null,
    labels: {},
    annotations: {},
  },
  csiDrivers: { name: 'driver.example.com', deletedAt: null },
  csiNodes: { node: 'w1', drivers: [] },
  nodes: { name: 'w1', controlPlane: false, ready: true, unschedulable: false },
  volumes: {
    storageClass: 'tenant-storage-class',
    provisionedBy: null,
    phase: 'Bound',
    count: 1,
    bytes: '10737418240',
    largest: '10737418240',
    nodes: [],
  },
  claims: {
    namespace: 'alpha',
    name: 'claim',
    storageClass: 'tenant-storage-class',
    phase: 'Bound',
    volumeMode: 'Filesystem',
    accessModes: ['ReadWriteOnce'],
    requested: '10737418240',
    capacity: '10737418240',
    provisionedBy: null,
    volume: null,
  },
  underWay: {
    namespace: 'alpha',
    kind: 'PersistentVolumeClaim',
    name: 'claim',
    storageClass: 'tenant-storage-class',
    phase: 'Pending',
  },
  tenants: {
    name: 'alpha',
    quota: 'alpha-storage',
    hard: '53687091200',
    used: '10737418240',
    largestClaim: '10737418240',
    headroom: {
      state: 'unknown',
      bytes: null,
      explanation: 'It is not known',
      limitedBy: null,
      overhead: null,
      doubled: null,
      inFlight: null,
    },
  },
  namespaces: { name: 'alpha', deletedAt: null },
  resourceQuotas: {
    namespace: 'alpha',
    name: 'alpha-storage',
    hard: {},
    used: {},
    labels: {},
    annotations: {},
  },
  helmReleases: {
    namespace: 'kmetal-flux',
    name: 'local-path-provisioner',
    chart: 'local-path-provisioner',
    version: '0.0.30',
    releaseName: null,
    targetNamespace: 'kmetal-local-path-storage',
    ready: 'True',
    message: null,
    generationObserved: true,
    suspended: false,
    driftDetection: null,
    labels: {},
    annotations: {},
  },
  kustomizations: {
    namespace: 'flux-system',
    name: 'storage',
    path: null,
    source: null,
    prune: true,
    wait: false,
    force: false,
    suspended: false,
    ready: 'True',
    message: null,
    lastAppliedRevision: null,
  },
  localPathMaps: {
    namespace: 'kmetal-local-path-storage',
    name: 'local-path-config',
    storageClass: 'tenant-storage-class',
    nodePaths: [],
    sharedFileSystemPath: null,
    labels: {},
    annotations: {},
  },
  backupLocations: {
    namespace: 'velero',
    name: 'default',
    provider: 'aws',
    bucket: 'backups',
    prefix: null,
    default: false,
    accessMode: null,
    phase: 'Available',
    message: null,
    labels: {},
    annotations: {},
  },
  snapshotLocations: {
    namespace: 'velero',
    name: 'default',
    provider: 'aws',
    labels: {},
    annotations: {},
  },
  backupSchedules: {
    namespace: 'velero',
    name: 'daily',
    storageLocation: null,
    volumeSnapshotLocations: [],
    paused: false,
  },
  backups: {
    namespace: 'velero',
    name: 'daily-1',
    storageLocation: 'default',
    volumeSnapshotLocations: [],
    phase: 'Completed',
  },
  restores: {
    namespace: 'velero',
    name: 'restore-1',
    backup: 'daily-1',
    schedule: null,
    phase: 'Completed',
  },
  snapshotClasses: {
    name: 'snapshots',
    driver: 'driver.example.com',
    deletionPolicy: 'Delete',
    isDefault: false,
    labels: {},
    annotations: {},
  },
  snapshots: {
    namespace: 'alpha',
    name: 'snapshot',
    claim: null,
    snapshotClass: null,
    ready: true,
    restoreSize: null,
    driver: null,
    error: null,
  },
  jobs: { namespace: 'alpha', name: 'job', succeeded: false, failed: false },
};

/** Facts of an under cluster: what a test does not mention is known, and there is none of it. */
export function factsOfTest(given: FactsOfTest = {}): UnderClusterFacts {
  const lists = Object.fromEntries(
    (Object.keys(ITEMS) as Array<keyof Lists>).map(key => {
      const says = given[key];
      if (typeof says === 'string') {
        const because = says === 'unknown' ? 'It may not be read' : null;
        return [key, { sight: says, because, items: [] }];
      }
      const items = (says ?? []).map(each => ({ ...ITEMS[key], ...each }));
      return [key, { sight: 'known', because: null, items }];
    }),
  );
  return {
    underCluster: given.underCluster ?? 'muc-1',
    title: given.title ?? 'Munich 1',
    storageClass: given.storageClass ?? 'tenant-storage-class',
    cdi: given.cdi ?? {
      phase: 'Deployed',
      overhead: '0.06',
      classOverhead: {},
    },
    capacity: given.capacity ?? null,
    quotaSum: given.quotaSum ?? null,
    benchmark: given.benchmark ?? { image: null },
    openChanges: given.openChanges ?? [],
    ...(lists as unknown as Lists),
  };
}
