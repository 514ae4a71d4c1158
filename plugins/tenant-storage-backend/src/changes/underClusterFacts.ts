import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  AppliedBy,
  ClaimPropertySet,
  KindName,
  PersistentVolumeClaimRecord,
  PersistentVolumeRecord,
  RecordsByKind,
} from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { cdiOf, cdiConfigOf } from '../views/cdi';
import { headroomOf } from '../views/headroom';
import { quotaLimitsOf } from '../views/quotaLimits';
import { tenantsOf } from '../views/tenancy';
import { sumCharged } from '../views/tenantCluster';
import { wireTime, wireTimeOrNull } from '../views/time';
import { chargedOf, helperOf, volumeFactsOf } from '../views/volumeFacts';
import {
  capacityOf,
  classLimitOf,
  classStorageKey,
  quotaSumOf,
} from './quotaFacts';

/** A list of facts, and how far it can be seen. */
interface Seen<Item> {
  sight: 'known' | 'notInstalled' | 'unknown';
  because: string | null;
  items: Item[];
}

type Sight = Pick<Seen<never>, 'sight' | 'because'>;
type Items<Key extends keyof UnderClusterFacts> =
  UnderClusterFacts[Key] extends { items: Array<infer Item> } ? Item : never;

const KNOWN: Sight = { sight: 'known', because: null };

/** Whether all there are of a kind can be told. What has not been confirmed is no fact: a plan would be made on what may be gone. */
function sightOf(
  cluster: ClusterInventory,
  kind: KindName,
  now: number,
): Sight {
  const state = cluster.state(kind);
  switch (state.state) {
    case 'synced':
      return KNOWN;
    case 'notInstalled':
      return { sight: 'notInstalled', because: null };
    case 'stale':
      return unknown(
        `${kind} objects have not been confirmed since ${wireTime(
          state.since,
          now,
        )}`,
      );
    case 'notPermitted':
      return unknown(`The portal is not allowed to read ${kind} objects`);
    default:
      return unknown(`${kind} objects have not been read yet`);
  }
}

function unknown(because: string): Sight {
  return { sight: 'unknown', because };
}

/** Of several kinds: known if each of them is, or is not installed. */
function sightOfAll(
  cluster: ClusterInventory,
  kinds: readonly KindName[],
  now: number,
): Sight {
  const sights = kinds.map(kind => sightOf(cluster, kind, now));
  return sights.find(({ sight }) => sight === 'unknown') ?? KNOWN;
}

function seen<Item>(sight: Sight, items: () => Item[]): Seen<Item> {
  return { ...sight, items: sight.sight === 'known' ? items() : [] };
}

function appliedBy({ labels, annotations }: AppliedBy) {
  return { labels: { ...labels }, annotations: { ...annotations } };
}

function propertySets(sets: readonly ClaimPropertySet[]) {
  return sets.map(({ accessModes, volumeMode }) => ({
    accessModes: [...accessModes],
    volumeMode: volumeMode ?? null,
  }));
}

function bytesOrNull(bytes: bigint | undefined): string | null {
  return bytes === undefined ? null : `${bytes}`;
}

/** Who made a volume: its provisioner or, of one that somebody made by hand, the driver that serves it. */
function provisionedBy(
  volume: PersistentVolumeRecord | undefined,
): string | null {
  return volume?.provisionedBy ?? volume?.csiDriver ?? null;
}

/** PersistentVolumes of one class, provisioner and phase, counted. */
function volumeGroups(
  volumes: Iterable<PersistentVolumeRecord>,
): Items<'volumes'>[] {
  interface Group {
    fact: Items<'volumes'>;
    bytes: bigint;
    largest: bigint;
    nodes: Set<string>;
  }
  const groups = new Map<string, Group>();
  for (const volume of volumes) {
    const storageClass = volume.storageClass ?? null;
    const phase = volume.phase ?? null;
    const by = provisionedBy(volume);
    const key = `${storageClass}\n${by}\n${phase}`;
    let group = groups.get(key);
    if (!group) {
      group = {
        fact: {
          storageClass,
          provisionedBy: by,
          phase,
          count: 0,
          bytes: '0',
          largest: '0',
          nodes: [],
        },
        bytes: 0n,
        largest: 0n,
        nodes: new Set(),
      };
      groups.set(key, group);
    }
    const { capacity = 0n, node } = volume;
    group.fact.count += 1;
    group.bytes += capacity;
    if (capacity > group.largest) group.largest = capacity;
    if (node !== undefined) group.nodes.add(node);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { fact, bytes, largest, nodes }]) => ({
      ...fact,
      bytes: `${bytes}`,
      largest: `${largest}`,
      nodes: [...nodes].sort(),
    }));
}

function claimFact(
  cluster: ClusterInventory,
  namespace: string,
  claim: PersistentVolumeClaimRecord,
): Items<'claims'> {
  return {
    namespace,
    name: claim.name,
    storageClass: claim.storageClass ?? null,
    phase: claim.phase ?? null,
    volumeMode: claim.volumeMode ?? null,
    accessModes: [...claim.accessModes],
    requested: bytesOrNull(claim.requested),
    capacity: bytesOrNull(claim.capacity),
    provisionedBy: provisionedBy(cluster.volumeOfClaim(namespace, claim.name)),
    volume: claim.volume ?? null,
  };
}

/** What waits, is being made, or is there only while something is made. */
function underWay(cluster: ClusterInventory): Items<'underWay'>[] {
  const items: Items<'underWay'>[] = [];
  const add = (
    kind: 'PersistentVolumeClaim' | 'DataVolume',
    record: RecordsByKind[typeof kind],
  ) =>
    items.push({
      namespace: record.namespace ?? '',
      kind,
      name: record.name,
      storageClass: record.storageClass ?? null,
      phase: record.phase ?? null,
    });
  for (const claim of cluster.list('PersistentVolumeClaim')) {
    const settled = claim.phase === 'Bound' || claim.phase === 'Lost';
    // A DataVolume may be called like a helper; what it made is none.
    const isHelper =
      helperOf(claim.name) !== undefined && claim.owner?.kind !== 'DataVolume';
    if (!settled || isHelper) add('PersistentVolumeClaim', claim);
  }
  for (const dataVolume of cluster.list('DataVolume')) {
    if (dataVolume.phase !== 'Succeeded') add('DataVolume', dataVolume);
  }
  return items;
}

function tenantFact(cluster: ClusterInventory, name: string): Items<'tenants'> {
  const quotas = quotaLimitsOf(cluster, name);
  const limit = classLimitOf(cluster, quotas);
  const unreadable = quotas.unreadable.find(
    ({ key }) => key === classStorageKey(cluster),
  );
  const volumes = volumeFactsOf(cluster, name);
  let largest: bigint | undefined;
  for (const { claim } of volumes) {
    if (claim?.storageClass !== cluster.settings.storageClass) continue;
    const charged = chargedOf(claim);
    if (charged !== undefined && charged > (largest ?? -1n)) largest = charged;
  }
  return {
    name,
    quota: limit?.quota ?? unreadable?.quota ?? null,
    hard: bytesOrNull(limit?.hard),
    used: limit ? bytesOrNull(limit.used) : sumCharged(cluster, volumes),
    largestClaim: bytesOrNull(largest),
    headroom: headroomOf(cluster, quotas, volumes).headroom,
  };
}

/** What local-path says of its paths; without its ConfigMap nothing is known of them, since it may be configured elsewhere. */
function localPathMaps(
  cluster: ClusterInventory,
  now: number,
): UnderClusterFacts['localPathMaps'] {
  const { namespace, configMap } = cluster.settings.localPath;
  const sight = sightOf(cluster, 'ConfigMap', now);
  if (sight.sight !== 'known') return seen(sight, () => []);
  const record = cluster.get('ConfigMap', namespace, configMap);
  if (!record) {
    return seen(
      unknown(
        `There is no ConfigMap ${configMap} in the namespace ${namespace}, where local-path would keep its map by the portal's settings`,
      ),
      () => [],
    );
  }
  const { maps } = record;
  if (maps === null) {
    return seen(
      unknown(
        `config.json of the ConfigMap ${namespace}/${configMap} can't be read`,
      ),
      () => [],
    );
  }
  return seen(KNOWN, () =>
    maps.map(each => ({
      namespace,
      name: record.name,
      storageClass: each.storageClass ?? null,
      nodePaths: each.nodePaths.map(({ node, paths }) => ({
        node,
        paths: [...paths],
      })),
      sharedFileSystemPath: each.sharedFileSystemPath ?? null,
      ...appliedBy(record),
    })),
  );
}

/** Of a kind that is read in one namespace alone: of any other that the change is about, nothing is known. */
function sightIn(
  cluster: ClusterInventory,
  kind: KindName,
  options: { within: string; namespaces: readonly string[]; now: number },
): Sight {
  const { within, namespaces, now } = options;
  const unread = namespaces.find(each => each !== within);
  return unread === undefined
    ? sightOf(cluster, kind, now)
    : unknown(
        `The portal reads ${kind} objects in the namespace ${within} alone, not in ${unread}`,
      );
}

/**
 * What plans of changes need to know of an under cluster, from what is live.
 *
 * @param options - `namespaces`: whose claims, quotas, snapshots and jobs are told. `now`: milliseconds since the epoch.
 */
export function underClusterFactsOf(
  cluster: ClusterInventory,
  options: {
    namespaces: readonly string[];
    openChanges: UnderClusterFacts['openChanges'];
    now: number;
  },
): UnderClusterFacts {
  const { openChanges, now } = options;
  const namespaces = [...new Set(options.namespaces)].sort();
  const { name, title, storageClass, velero, benchmark } = cluster.settings;

  const all = <K extends KindName, Item>(
    kind: K,
    fact: (record: RecordsByKind[K]) => Item,
    sight = sightOf(cluster, kind, now),
  ): Seen<Item> => seen(sight, () => Array.from(cluster.list(kind), fact));
  const ofVelero = <K extends KindName, Item>(
    kind: K,
    fact: (record: RecordsByKind[K]) => Item,
  ): Seen<Item> =>
    all(
      kind,
      fact,
      sightIn(cluster, kind, { within: velero.namespace, namespaces, now }),
    );
  const within = <K extends KindName, Item>(
    kind: K,
    fact: (record: RecordsByKind[K], namespace: string) => Item,
    sight = sightOf(cluster, kind, now),
  ): Seen<Item> =>
    seen(sight, () =>
      namespaces.flatMap(namespace =>
        Array.from(cluster.inNamespace(kind, namespace), record =>
          fact(record, namespace),
        ),
      ),
    );
  const isSynced = (kind: KindName) => cluster.state(kind).state === 'synced';
  const cdiConfig = isSynced('CDIConfig') ? cdiConfigOf(cluster) : undefined;

  return {
    underCluster: name,
    title,
    storageClass,
    cdi: {
      phase: (isSynced('CDI') && cdiOf(cluster)?.phase) || null,
      overhead: cdiConfig?.overheadGlobal ?? null,
      classOverhead: { ...cdiConfig?.overheadByClass },
    },
    capacity: capacityOf(cluster),
    quotaSum: isSynced('ResourceQuota') ? quotaSumOf(cluster) : null,
    benchmark: { image: benchmark.image ?? null },
    openChanges: [...openChanges],
    storageClasses: all('StorageClass', record => ({
      name: record.name,
      provisioner: record.provisioner,
      parameters: { ...record.parameters },
      reclaimPolicy: record.reclaimPolicy ?? null,
      volumeBindingMode: record.volumeBindingMode ?? null,
      allowVolumeExpansion: record.allowVolumeExpansion,
      isDefault: record.isDefault,
      isDefaultVirt: record.isDefaultVirt ?? false,
      ...appliedBy(record),
    })),
    storageProfiles: all('StorageProfile', record => ({
      name: record.name,
      pinned: propertySets(record.pinned),
      claimPropertySets: propertySets(record.effective),
      provisioner: record.provisioner ?? null,
      ...appliedBy(record),
    })),
    csiDrivers: all('CSIDriver', record => ({
      name: record.name,
      deletedAt: wireTimeOrNull(record.deletedAt, now),
    })),
    csiNodes: all('CSINode', record => ({
      node: record.name,
      drivers: [...record.drivers],
    })),
    nodes: all('Node', record => ({
      name: record.name,
      controlPlane: record.controlPlane ?? false,
      ready: record.ready ?? null,
      unschedulable: record.unschedulable,
    })),
    volumes: seen(sightOf(cluster, 'PersistentVolume', now), () =>
      volumeGroups(cluster.list('PersistentVolume')),
    ),
    claims: within('PersistentVolumeClaim', (claim, namespace) =>
      claimFact(cluster, namespace, claim),
    ),
    underWay: seen(
      sightOfAll(cluster, ['PersistentVolumeClaim', 'DataVolume'], now),
      () => underWay(cluster),
    ),
    tenants: seen(
      sightOfAll(cluster, ['ResourceQuota', 'TenantControlPlane'], now),
      () => tenantsOf(cluster).map(tenant => tenantFact(cluster, tenant)),
    ),
    namespaces: all('Namespace', record => ({
      name: record.name,
      deletedAt: wireTimeOrNull(record.deletedAt, now),
    })),
    resourceQuotas: within('ResourceQuota', (record, namespace) => ({
      namespace,
      name: record.name,
      hard: { ...record.hard },
      used: { ...record.used },
      ...appliedBy(record),
    })),
    helmReleases: all('HelmRelease', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      chart: record.chart ?? null,
      version: record.version ?? null,
      releaseName: record.releaseName ?? null,
      targetNamespace: record.targetNamespace ?? null,
      ready: record.ready?.status ?? null,
      message: record.ready?.message ?? null,
      generationObserved: record.generationObserved ?? null,
      suspended: record.suspended,
      driftDetection: record.driftDetection ?? null,
      ...appliedBy(record),
    })),
    kustomizations: all('Kustomization', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      path: record.path ?? null,
      source: record.source ?? null,
      prune: record.prune ?? null,
      wait: record.wait ?? null,
      force: record.force ?? null,
      suspended: record.suspended,
      ready: record.ready?.status ?? null,
      message: record.ready?.message ?? null,
      lastAppliedRevision: record.lastAppliedRevision ?? null,
    })),
    localPathMaps: localPathMaps(cluster, now),
    backupLocations: ofVelero('BackupStorageLocation', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      provider: record.provider ?? null,
      bucket: record.bucket ?? null,
      prefix: record.prefix ?? null,
      default: record.isDefault,
      accessMode: record.accessMode ?? null,
      phase: record.phase ?? null,
      message: record.message ?? null,
      ...appliedBy(record),
    })),
    snapshotLocations: ofVelero('VolumeSnapshotLocation', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      provider: record.provider ?? null,
      ...appliedBy(record),
    })),
    backupSchedules: ofVelero('Schedule', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      storageLocation: record.storageLocation ?? null,
      volumeSnapshotLocations: [...record.volumeSnapshotLocations],
      paused: record.paused,
    })),
    backups: ofVelero('Backup', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      storageLocation: record.storageLocation ?? null,
      volumeSnapshotLocations: [...record.volumeSnapshotLocations],
      phase: record.phase ?? null,
    })),
    restores: ofVelero('Restore', record => ({
      namespace: record.namespace ?? '',
      name: record.name,
      backup: record.backup ?? null,
      schedule: record.schedule ?? null,
      phase: record.phase ?? null,
    })),
    snapshotClasses: all('VolumeSnapshotClass', record => ({
      name: record.name,
      driver: record.driver,
      deletionPolicy: record.deletionPolicy ?? null,
      isDefault: record.isDefault,
      ...appliedBy(record),
    })),
    snapshots: within('VolumeSnapshot', (record, namespace) => ({
      namespace,
      name: record.name,
      claim: record.claim ?? null,
      snapshotClass: record.snapshotClass ?? null,
      ready: record.ready ?? null,
      restoreSize: bytesOrNull(record.restoreSize),
      driver:
        cluster.get('VolumeSnapshotClass', '', record.snapshotClass ?? '')
          ?.driver ?? null,
      error: record.error ?? null,
    })),
    jobs: within(
      'Job',
      (record, namespace) => ({
        namespace,
        name: record.name,
        succeeded: record.succeeded,
        failed: record.failed,
      }),
      sightIn(cluster, 'Job', { within: benchmark.namespace, namespaces, now }),
    ),
  };
}
