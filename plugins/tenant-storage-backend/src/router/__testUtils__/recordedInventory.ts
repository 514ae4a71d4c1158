import type {
  KindName,
  KindState,
  RecordsByKind,
} from '../../inventory/records';
import type {
  ClusterInventory,
  Inventory,
  InventoryChange,
  UnderClusterSettings,
} from '../../inventory/types';

type Records = { [K in KindName]?: RecordsByKind[K][] };

/** One under cluster whose records are what a test says. Every kind is synced unless `states` says otherwise. */
export class RecordedCluster implements ClusterInventory {
  readonly settings: UnderClusterSettings;
  readonly states = new Map<KindName, KindState>();
  readonly troubles: Array<{ message: string; since: number }> = [];
  readonly #records: Records;

  constructor(name: string, records: Records = {}) {
    this.settings = {
      name,
      title: `Cluster ${name}`,
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
    };
    this.#records = records;
  }

  state(kind: KindName): KindState {
    return this.states.get(kind) ?? { state: 'synced', at: Date.now() };
  }

  list<K extends KindName>(kind: K): Array<RecordsByKind[K]> {
    return this.#records[kind] ?? [];
  }

  inNamespace<K extends KindName>(kind: K, namespace: string) {
    return this.list(kind).filter(record => record.namespace === namespace);
  }

  get<K extends KindName>(kind: K, namespace: string, name: string) {
    return this.list(kind).find(
      record => (record.namespace ?? '') === namespace && record.name === name,
    );
  }

  eventsOf(namespace: string, kind: string, name: string) {
    return this.inNamespace('Event', namespace).filter(
      ({ regarding }) => regarding.kind === kind && regarding.name === name,
    );
  }

  volumeOfClaim(namespace: string, claim: string) {
    return this.list('PersistentVolume').find(
      volume =>
        volume.claim?.namespace === namespace && volume.claim.name === claim,
    );
  }

  problems() {
    return this.troubles;
  }

  /** As after the connection was lost for good: what was known stays. */
  lose(): void {
    const since = Date.now() - 60_000;
    this.troubles.push({
      message: 'connect ECONNREFUSED 10.1.2.3:6443',
      since,
    });
    for (const kind of Object.keys(this.#records) as KindName[]) {
      this.states.set(kind, {
        state: 'stale',
        since,
        message: 'connect ECONNREFUSED 10.1.2.3:6443',
      });
    }
  }
}

/** The under clusters of a test, whose changes it tells by itself. */
export class RecordedInventory implements Inventory {
  incomplete?: string;
  emptyBecause?: string;
  readonly #clusters: RecordedCluster[];
  readonly #listeners = new Set<(change: InventoryChange) => void>();

  constructor(...clusters: RecordedCluster[]) {
    this.#clusters = clusters;
  }

  clusters() {
    return this.#clusters;
  }

  cluster(name: string) {
    return this.#clusters.find(({ settings }) => settings.name === name);
  }

  onChange(listener: (change: InventoryChange) => void) {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  change(change: InventoryChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const GIB = 1024n ** 3n;
const CREATED = Date.parse('2026-01-01T00:00:00Z');
const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

/** A tenant as records: its namespace, its quota of so many Gi, and one bound volume per size. */
export function tenantRecords(
  name: string,
  options: { owner?: string; quotaGi: number; volumesGi?: number[] },
): Records {
  const { owner, quotaGi, volumesGi = [] } = options;
  const used = volumesGi.reduce((sum, size) => sum + size, 0);
  return {
    Namespace: [{ uid: `ns-${name}`, name, createdAt: CREATED, owner }],
    ResourceQuota: [
      {
        uid: `quota-${name}`,
        name: `${name}-storage`,
        namespace: name,
        createdAt: CREATED,
        hard: { [KEY]: `${quotaGi}Gi` },
        used: { [KEY]: `${used}Gi` },
        scoped: false,
      },
    ],
    PersistentVolumeClaim: volumesGi.map((size, index) => ({
      uid: `claim-${name}-${index}`,
      name: `pvc-${name}-${index}`,
      namespace: name,
      createdAt: CREATED,
      storageClass: 'tenant-storage-class',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
      requested: BigInt(size) * GIB,
      capacity: BigInt(size) * GIB,
      phase: 'Bound',
      conditions: [],
      finalizers: [],
    })),
  };
}

/** Records of several tenants together. */
export function together(...parts: Records[]): Records {
  const all: Record<string, unknown[]> = {};
  for (const part of parts) {
    for (const [kind, records] of Object.entries(part)) {
      (all[kind] ??= []).push(...records);
    }
  }
  return all as Records;
}
