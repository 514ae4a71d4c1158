import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { KindName, KindState, RecordsByKind } from './records';

/** What an under cluster is called and how its objects are told apart; no credentials. */
export interface UnderClusterSettings {
  name: string;
  /** Shown to people; defaults to the name. */
  title: string;
  /** The class that tenants' volumes are carved out of; `tenant-storage-class` unless configured. */
  storageClass: string;
  /** Label selector of the CSI controllers' Deployments and Pods, e.g. `app=kubevirt-csi-controller`. */
  csiControllerSelector: string;
  /** Prefix of the CSI controllers' Deployment names; what follows is the tenant cluster, e.g. `kubevirt-csi-controller-`. */
  csiControllerNamePrefix: string;
  /** Label of DataVolumes and claims that names the tenant cluster, e.g. `csi-driver/cluster`. */
  tenantClusterLabel: string;
  /** Annotation or label of a tenant's namespace that names its owner, e.g. `kmetal.io/owner`. */
  ownerKey: string;
  /** Where local-path keeps its map: the one ConfigMap that is read. */
  localPath: { namespace: string; configMap: string };
  /** The one namespace whose backup locations, schedules, backups and restores are read. */
  velero: { namespace: string };
  /** `namespace`: the one whose Jobs are read. `image`: of fio, by its digest, if somebody configured it. */
  benchmark: { namespace: string; image?: string };
  /** Where changes are proposed, in the order in which repositories are looked through; none: no change can be asked for. */
  repositories: ManifestRepository[];
  /** Who is asked to review a change, as the Git host calls them. */
  reviewers: { users: string[]; teams: string[] };
  /** What tenants' volumes have room in, in bytes, if somebody configured it. */
  capacity?: bigint;
}

/**
 * What is known of one under cluster now. Reading never waits and never throws; a kind that is not known yields nothing, and
 * `state(kind)` says why: ask it before treating "nothing" as "none".
 */
export interface ClusterInventory {
  readonly settings: UnderClusterSettings;
  state(kind: KindName): KindState;
  /** All records of a kind. */
  list<K extends KindName>(kind: K): Iterable<RecordsByKind[K]>;
  /** The records of a kind in a namespace, from an index. */
  inNamespace<K extends KindName>(
    kind: K,
    namespace: string,
  ): Iterable<RecordsByKind[K]>;
  /** Namespace '' for cluster-scoped kinds. */
  get<K extends KindName>(
    kind: K,
    namespace: string,
    name: string,
  ): RecordsByKind[K] | undefined;
  /** Events about the object of this kind and name in a namespace, newest first. */
  eventsOf(
    namespace: string,
    kind: string,
    name: string,
  ): RecordsByKind['Event'][];
  /** The PersistentVolume bound to a claim (namespace/name), from an index. */
  volumeOfClaim(
    namespace: string,
    claim: string,
  ): RecordsByKind['PersistentVolume'] | undefined;
  /** Trouble of the whole cluster (credentials can't be read, unreachable ...), in words for people; no secrets. */
  problems(): Array<{ message: string; since: number }>;
}

/**
 * What changed, for whoever tells readers to look again. `namespace` is that of a claim for the PersistentVolume that is bound to it, and absent
 * for what concerns no namespace in particular.
 */
export interface InventoryChange {
  underCluster: string;
  kind: KindName;
  namespace?: string;
}

/** All under clusters. */
export interface Inventory {
  /** In configured order. */
  clusters(): ClusterInventory[];
  cluster(name: string): ClusterInventory | undefined;
  /** Calls back after each applied change or change of state; returns what ends it. */
  onChange(listener: (change: InventoryChange) => void): () => void;
  /** Why there may be more under clusters than these, if that is so: who names them has not answered since the start. */
  incomplete?: string;
  /** Why there is nothing to show, if that is so: no under cluster is configured. */
  emptyBecause?: string;
}
