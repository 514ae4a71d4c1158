import type { KindName, KindState, RecordsByKind } from '../inventory/records';
import type {
  ClusterInventory,
  UnderClusterSettings,
} from '../inventory/types';

/** Now, in tests. */
export const NOW = Date.UTC(2026, 5, 1, 12);

/** Some days before {@link NOW}. */
export const DAYS_AGO = NOW - 3 * 24 * 3600_000;

export const Mi = 2n ** 20n;
export const Gi = 2n ** 30n;

/** A uid that is always the same for the same number. */
export function uidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Fields that a record has to have to be told apart; the rest is as harmless as can be. */
type Given<K extends KindName> = Partial<RecordsByKind[K]> & { name: string };

const DEFAULTS: {
  [K in KindName]: Omit<RecordsByKind[K], 'name' | 'uid' | 'createdAt'>;
} = {
  Namespace: {},
  ResourceQuota: { hard: {}, used: {}, scoped: false },
  PersistentVolumeClaim: {
    storageClass: 'tenant-storage-class',
    volumeMode: 'Filesystem',
    accessModes: ['ReadWriteOnce'],
    phase: 'Bound',
    conditions: [],
    finalizers: ['kubernetes.io/pvc-protection'],
  },
  PersistentVolume: { phase: 'Bound' },
  StorageClass: {
    provisioner: 'cluster.local/local-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    isDefault: false,
  },
  CSIDriver: {},
  Node: { ready: true, unschedulable: false, diskPressure: false },
  Event: {
    type: 'Warning',
    reason: '',
    message: '',
    regarding: { kind: '', name: '' },
    count: 1,
    lastSeenAt: NOW - 60_000,
  },
  Deployment: {
    desired: 2,
    ready: 2,
    selector: { app: 'kubevirt-csi-controller' },
  },
  Pod: { labels: { app: 'kubevirt-csi-controller' }, containers: [] },
  DataVolume: {
    phase: 'Succeeded',
    restartCount: 0,
    conditions: [],
    storageClass: 'tenant-storage-class',
    accessModes: [],
    claim: '',
  },
  StorageProfile: { pinned: [], effective: [] },
  CDI: { phase: 'Deployed', version: 'v1.63.0' },
  CDIConfig: { overheadGlobal: '0.06', overheadByClass: {} },
  TenantControlPlane: { status: 'Ready', version: 'v1.31.1' },
  VirtualMachineInstance: { phase: 'Running', volumes: [] },
  Kustomization: { suspended: false, ready: null },
  CSIStorageCapacity: { storageClass: 'tenant-storage-class', capacity: null },
  CSINode: { drivers: [] },
  HelmRelease: { suspended: false, ready: { status: 'True' } },
  ConfigMap: { maps: [] },
  BackupStorageLocation: { isDefault: false },
  VolumeSnapshotLocation: {},
  Schedule: { paused: false, volumeSnapshotLocations: [] },
  Backup: { volumeSnapshotLocations: [] },
  Restore: {},
  VolumeSnapshotClass: { driver: 'driver.example.com', isDefault: false },
  VolumeSnapshot: {},
  Job: { succeeded: false, failed: false },
};

/** An under cluster's content, by kind. */
export type Content = { [K in KindName]?: Array<Given<K>> };

const TENANT_CLASS_SET = {
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem',
};

/** A platform on which all is well: the class on local disks, pinned, and CDI v1.63. */
export const HEALTHY_PLATFORM: Content = {
  StorageClass: [{ name: 'tenant-storage-class' }],
  StorageProfile: [
    {
      name: 'tenant-storage-class',
      pinned: [TENANT_CLASS_SET],
      effective: [TENANT_CLASS_SET],
    },
  ],
  CDI: [{ name: 'cdi' }],
  CDIConfig: [{ name: 'config' }],
  Node: [{ name: 'w1' }, { name: 'w2' }],
};

/** The same platform on a CSI driver, so that creating a volume takes its size twice. */
export const DOUBLING_PLATFORM: Content = {
  ...HEALTHY_PLATFORM,
  StorageClass: [
    {
      name: 'tenant-storage-class',
      provisioner: 'rook-ceph.rbd.csi.ceph.com',
    },
  ],
  CSIDriver: [{ name: 'rook-ceph.rbd.csi.ceph.com' }],
};

/** A quota of the tenant `alpha` on the class. */
export function quota(
  hard: string,
  used: string | undefined,
  name = 'alpha-storage',
): Given<'ResourceQuota'> {
  const key =
    'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
  return {
    name,
    namespace: 'alpha',
    hard: { [key]: hard },
    used: used === undefined ? {} : { [key]: used },
  };
}

/**
 * An under cluster that holds this and is as fresh as told: everything is synced, unless `states` says otherwise. A kind that can't be
 * seen holds nothing, as in the real inventory.
 */
export function inventoryOf(
  content: Content,
  options: {
    states?: Partial<Record<KindName, KindState>>;
    problems?: Array<{ message: string; since: number }>;
    settings?: Partial<UnderClusterSettings>;
  } = {},
): ClusterInventory {
  type Store = Map<string, Map<string, RecordsByKind[KindName]>>;
  const stores = new Map<KindName, Store>();
  const events = new Map<string, RecordsByKind['Event'][]>();
  const volumes = new Map<string, RecordsByKind['PersistentVolume']>();
  let count = 0;

  const stateOf = (kind: KindName): KindState =>
    options.states?.[kind] ?? { state: 'synced', at: NOW };
  const isHeld = (kind: KindName) =>
    ['synced', 'stale'].includes(stateOf(kind).state);

  const addAll = <K extends KindName>(kind: K) => {
    const store: Store = new Map();
    stores.set(kind, store);
    if (!isHeld(kind)) {
      return;
    }
    for (const given of content[kind] ?? []) {
      count += 1;
      const record = {
        uid: uidOf(0xf00000 + count),
        createdAt: DAYS_AGO,
        ...DEFAULTS[kind],
        ...given,
      } as RecordsByKind[K];
      if (kind === 'DataVolume') {
        const dataVolume = record as RecordsByKind['DataVolume'];
        dataVolume.claim ||= dataVolume.name;
      }
      const namespace = record.namespace ?? '';
      const named = store.get(namespace) ?? new Map();
      named.set(record.name, record);
      store.set(namespace, named);
      if (kind === 'Event') {
        const event = record as RecordsByKind['Event'];
        const { regarding } = event;
        const key = `${regarding.namespace ?? ''}/${regarding.kind}/${
          regarding.name
        }`;
        events.set(
          key,
          [...(events.get(key) ?? []), event].sort(
            (a, b) => b.lastSeenAt - a.lastSeenAt,
          ),
        );
      }
      if (kind === 'PersistentVolume') {
        const volume = record as RecordsByKind['PersistentVolume'];
        if (volume.claim) {
          volumes.set(`${volume.claim.namespace}/${volume.claim.name}`, volume);
        }
      }
    }
  };
  for (const kind of Object.keys(DEFAULTS) as KindName[]) {
    addAll(kind);
  }

  return {
    settings: {
      name: 'muc-1',
      title: 'Munich 1',
      storageClass: 'tenant-storage-class',
      csiControllerSelector: 'app=kubevirt-csi-controller',
      csiControllerNamePrefix: 'kubevirt-csi-controller-',
      tenantClusterLabel: 'csi-driver/cluster',
      ownerKey: 'kmetal.io/owner',
      localPath: {
        namespace: 'kmetal-local-path-storage',
        configMap: 'local-path-config',
      },
      velero: { namespace: 'velero' },
      benchmark: { namespace: 'kmetal-storage-benchmark' },
      repositories: [],
      reviewers: { users: [], teams: [] },
      ...options.settings,
    },
    state: stateOf,
    *list<K extends KindName>(kind: K) {
      for (const named of stores.get(kind)?.values() ?? []) {
        yield* named.values() as Iterable<RecordsByKind[K]>;
      }
    },
    inNamespace<K extends KindName>(kind: K, namespace: string) {
      return (stores.get(kind)?.get(namespace)?.values() ?? []) as Iterable<
        RecordsByKind[K]
      >;
    },
    get<K extends KindName>(kind: K, namespace: string, name: string) {
      return stores.get(kind)?.get(namespace)?.get(name) as
        | RecordsByKind[K]
        | undefined;
    },
    eventsOf: (namespace, kind, name) =>
      events.get(`${namespace}/${kind}/${name}`) ?? [],
    volumeOfClaim: (namespace, claim) => volumes.get(`${namespace}/${claim}`),
    problems: () => options.problems ?? [],
  };
}

/** Several contents as one. */
export function together(...contents: Content[]): Content {
  const all: Record<string, unknown[]> = {};
  for (const content of contents) {
    for (const [kind, records] of Object.entries(content)) {
      all[kind] = [...(all[kind] ?? []), ...records];
    }
  }
  return all as Content;
}

/** An event about something in the tenant `alpha`. */
export function eventAbout(
  kind: string,
  name: string,
  reason: string,
  message: string,
  more: Partial<RecordsByKind['Event']> = {},
): Given<'Event'> {
  return {
    name: `${name}.${reason}.${more.lastSeenAt ?? ''}`,
    namespace: 'alpha',
    reason,
    message,
    regarding: {
      kind,
      namespace: kind === 'PersistentVolume' ? undefined : 'alpha',
      name,
    },
    ...more,
  };
}
