/**
 * Flat records: the few fields of each Kubernetes object that views use, built anew from what the API server sent
 * (never the parsed object itself), so that a hundred thousand claims fit in memory.
 *
 * Sizes are bytes as bigint, times are milliseconds since the epoch, absent means that the object doesn't say.
 */

/** What every record carries. */
export interface ObjectRecord {
  uid: string;
  name: string;
  /** Absent on cluster-scoped objects. */
  namespace?: string;
  /** metadata.creationTimestamp. */
  createdAt: number;
  /** metadata.deletionTimestamp: being deleted since. */
  deletedAt?: number;
}

export interface NamespaceRecord extends ObjectRecord {
  /** The raw value of the configured owner annotation or label. */
  owner?: string;
}

/** Who applies an object, as Flux and Helm write it there. */
export interface AppliedBy {
  /** The labels that tell; absent if it has none. */
  labels?: Record<string, string>;
  /** The annotations that tell; absent if it has none. */
  annotations?: Record<string, string>;
}

export interface ResourceQuotaRecord extends ObjectRecord, AppliedBy {
  /** Storage keys of spec.hard (`requests.storage`, `persistentvolumeclaims`, `count/persistentvolumeclaims` and every `*.storageclass.storage.k8s.io/*`), as written. */
  hard: Record<string, string>;
  /** The same keys of status.used; absent until the quota controller has counted. */
  used: Record<string, string>;
  /** True if the quota has scopes or a scopeSelector. Scopes never select claims, so such a quota binds pods only. */
  scoped: boolean;
}

export interface ConditionRecord {
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason?: string;
  message?: string;
  /** lastTransitionTime or, where there is none, lastHeartbeatTime. */
  at?: number;
}

export interface PersistentVolumeClaimRecord extends ObjectRecord {
  storageClass?: string;
  volumeMode?: string;
  accessModes: string[];
  /** spec.resources.requests.storage. */
  requested?: bigint;
  /** status.allocatedResources.storage. */
  allocated?: bigint;
  /** status.capacity.storage. */
  capacity?: bigint;
  /** Pending, Bound or Lost. */
  phase?: string;
  /** spec.volumeName: the PersistentVolume. */
  volume?: string;
  /** Annotation volume.kubernetes.io/selected-node. */
  selectedNode?: string;
  conditions: ConditionRecord[];
  /** The controlling owner, e.g. a DataVolume, or the claim that a prime claim populates. */
  owner?: { kind: string; name: string; uid: string };
  finalizers: string[];
  /** Labels that tell the tenant cluster (configured keys only). */
  tenantCluster?: string;
}

export interface PersistentVolumeRecord extends ObjectRecord {
  storageClass?: string;
  phase?: string;
  capacity?: bigint;
  claim?: { namespace: string; name: string; uid?: string };
  /** Node by spec.nodeAffinity on kubernetes.io/hostname; the volume can't leave it. */
  node?: string;
  /** spec.csi.driver. */
  csiDriver?: string;
  /** Annotation pv.kubernetes.io/provisioned-by. */
  provisionedBy?: string;
  reclaimPolicy?: string;
  /** status.reason and status.message. */
  reason?: string;
  message?: string;
}

export interface StorageClassRecord extends ObjectRecord, AppliedBy {
  provisioner: string;
  /** Absent if it has none. */
  parameters?: Record<string, string>;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowVolumeExpansion: boolean;
  isDefault: boolean;
  /** CDI's default class for disks of virtual machines. */
  isDefaultVirt?: boolean;
}

export type CsiDriverRecord = ObjectRecord;

/** The CSI drivers that are registered on the node of the same name. */
export interface CsiNodeRecord extends ObjectRecord {
  drivers: string[];
}

export interface NodeRecord extends ObjectRecord {
  /** Condition Ready is True; absent if the node doesn't say. */
  ready?: boolean;
  controlPlane?: boolean;
  unschedulable: boolean;
  diskPressure: boolean;
}

/** A storage event: about a claim, a volume, a DataVolume, a pod of a CSI controller, or with a storage reason. */
export interface EventRecord extends ObjectRecord {
  /** `Normal` or `Warning`. */
  type: string;
  reason: string;
  /** At most 1,024 characters. */
  message: string;
  regarding: { kind: string; namespace?: string; name: string; uid?: string };
  count: number;
  lastSeenAt: number;
}

export interface DeploymentRecord extends ObjectRecord {
  /** spec.replicas; Kubernetes' default is 1. */
  desired: number;
  ready: number;
  /** matchLabels of the selector: finds its pods. */
  selector: Record<string, string>;
}

export interface ContainerRecord {
  name: string;
  ready: boolean;
  restarts: number;
  /** Of state.waiting or state.terminated: CrashLoopBackOff, ImagePullBackOff, OOMKilled, Error ... */
  reason?: string;
  message?: string;
}

/** A pod of a CSI controller; others are not kept. */
export interface PodRecord extends ObjectRecord {
  labels: Record<string, string>;
  phase?: string;
  node?: string;
  containers: ContainerRecord[];
}

export interface DataVolumeRecord extends ObjectRecord {
  /** Empty or absent means that CDI has not looked at it. */
  phase?: string;
  /** Such as `42.0%`, or `N/A`. */
  progress?: string;
  restartCount: number;
  conditions: ConditionRecord[];
  /** What spec.storage or spec.pvc asks for. */
  requested?: bigint;
  storageClass?: string;
  volumeMode?: string;
  accessModes: string[];
  /** status.claimName, else the DataVolume's own name. */
  claim: string;
  /** From the configured labels (kubevirt-csi-driver's infraClusterLabels). */
  tenantCluster?: string;
}

export interface ClaimPropertySet {
  accessModes: string[];
  volumeMode?: string;
}

export interface StorageProfileRecord extends ObjectRecord, AppliedBy {
  /** spec.claimPropertySets: what somebody pinned. Empty = nothing is pinned. */
  pinned: ClaimPropertySet[];
  /** status.claimPropertySets: what CDI uses. */
  effective: ClaimPropertySet[];
  provisioner?: string;
}

export interface CdiRecord extends ObjectRecord {
  phase?: string;
  version?: string;
}

export interface CdiConfigRecord extends ObjectRecord {
  /** status.filesystemOverhead.global, a decimal such as `0.06`. */
  overheadGlobal?: string;
  /** status.filesystemOverhead.storageClass. */
  overheadByClass: Record<string, string>;
}

export interface TenantControlPlaneRecord extends ObjectRecord {
  /** status.kubernetesResources.version.status: Ready, Provisioning, Upgrading ... */
  status?: string;
  version?: string;
}

export interface VirtualMachineInstanceRecord extends ObjectRecord {
  phase?: string;
  node?: string;
  /** spec.volumes that name a claim or DataVolume, and status.volumeStatus: name of the volume, the claim behind it. */
  volumes: Array<{
    name: string;
    claim?: string;
    /** status.volumeStatus[].phase, e.g. Ready, Pending, AttachedToNode. */
    phase?: string;
    reason?: string;
    message?: string;
    hotplugged: boolean;
  }>;
}

/** The condition Ready of an object of Flux. */
export type ReadyRecord = Omit<ConditionRecord, 'type' | 'at'> & {
  since?: number;
};

/** A Kustomization of Flux. */
export interface KustomizationRecord extends ObjectRecord {
  /** spec.path, the folder of the repository that it applies; absent is the repository itself. */
  path?: string;
  /** Such as `GitRepository/fleet`, with the namespace between them if it is another. */
  source?: string;
  /** Whether what leaves Git is deleted. */
  prune?: boolean;
  wait?: boolean;
  /** Whether what can't be changed is deleted and made anew. */
  force?: boolean;
  suspended: boolean;
  /** Such as `main@sha1:1a2b3c...`, or `main/1a2b3c...` of old Flux. */
  lastAppliedRevision?: string;
  lastAttemptedRevision?: string;
  /** Its condition Ready; null if it has none yet. */
  ready: ReadyRecord | null;
}

/** A HelmRelease of Flux, without its values. */
export interface HelmReleaseRecord extends ObjectRecord, AppliedBy {
  chart?: string;
  /** Of the chart that is installed or, before there is one, as it is asked for. */
  version?: string;
  releaseName?: string;
  targetNamespace?: string;
  suspended: boolean;
  /** spec.driftDetection.mode; absent is switched off. */
  driftDetection?: string;
  /** Whether `ready` is about the spec as it is now; absent if that can't be told. */
  generationObserved?: boolean;
  /** Its condition Ready; null if it has none yet. */
  ready: ReadyRecord | null;
}

/** What local-path's ConfigMap says of its paths. */
export interface ConfigMapRecord extends ObjectRecord, AppliedBy {
  /** Null if it can't be read: then nothing is known. */
  maps: Array<{
    /** Absent: the provisioner's only map. */
    storageClass?: string;
    nodePaths: Array<{ node: string; paths: string[] }>;
    sharedFileSystemPath?: string;
  }> | null;
}

/** Of Velero, without its configuration and credentials. */
export interface BackupStorageLocationRecord extends ObjectRecord, AppliedBy {
  provider?: string;
  bucket?: string;
  prefix?: string;
  isDefault: boolean;
  accessMode?: string;
  /** Available or Unavailable; absent until Velero has validated it. */
  phase?: string;
  message?: string;
}

/** Of Velero, without its configuration and credentials. */
export interface VolumeSnapshotLocationRecord extends ObjectRecord, AppliedBy {
  provider?: string;
}

/** Where a Schedule or a Backup of Velero goes; absent is the default location. */
interface BackupDestination {
  storageLocation?: string;
  volumeSnapshotLocations: string[];
}

export interface ScheduleRecord extends ObjectRecord, BackupDestination {
  paused: boolean;
}

export interface BackupRecord extends ObjectRecord, BackupDestination {
  phase?: string;
}

export interface RestoreRecord extends ObjectRecord {
  backup?: string;
  schedule?: string;
  phase?: string;
}

export interface VolumeSnapshotClassRecord extends ObjectRecord, AppliedBy {
  driver: string;
  deletionPolicy?: string;
  isDefault: boolean;
}

export interface VolumeSnapshotRecord extends ObjectRecord {
  /** The claim that it was taken of. */
  claim?: string;
  snapshotClass?: string;
  ready?: boolean;
  restoreSize?: bigint;
  error?: string;
}

/** A Job of the benchmarks' namespace. */
export interface JobRecord extends ObjectRecord {
  succeeded: boolean;
  failed: boolean;
}

/** What a CSI driver says it can still provision. */
export interface CsiStorageCapacityRecord extends ObjectRecord {
  storageClass: string;
  /** From where, such as `kubernetes.io/hostname=w1`; absent is from every node, or from none. */
  topology?: string;
  /** Null if the driver doesn't say. */
  capacity: bigint | null;
}

/** Every kind that is watched, by the name under which the inventory keeps it. Adding a kind: a record here, one file in kubernetes/kinds/. */
export interface RecordsByKind {
  Namespace: NamespaceRecord;
  ResourceQuota: ResourceQuotaRecord;
  PersistentVolumeClaim: PersistentVolumeClaimRecord;
  PersistentVolume: PersistentVolumeRecord;
  StorageClass: StorageClassRecord;
  CSIDriver: CsiDriverRecord;
  Node: NodeRecord;
  Event: EventRecord;
  Deployment: DeploymentRecord;
  Pod: PodRecord;
  DataVolume: DataVolumeRecord;
  StorageProfile: StorageProfileRecord;
  CDI: CdiRecord;
  CDIConfig: CdiConfigRecord;
  TenantControlPlane: TenantControlPlaneRecord;
  VirtualMachineInstance: VirtualMachineInstanceRecord;
  Kustomization: KustomizationRecord;
  CSIStorageCapacity: CsiStorageCapacityRecord;
  CSINode: CsiNodeRecord;
  HelmRelease: HelmReleaseRecord;
  ConfigMap: ConfigMapRecord;
  BackupStorageLocation: BackupStorageLocationRecord;
  VolumeSnapshotLocation: VolumeSnapshotLocationRecord;
  Schedule: ScheduleRecord;
  Backup: BackupRecord;
  Restore: RestoreRecord;
  VolumeSnapshotClass: VolumeSnapshotClassRecord;
  VolumeSnapshot: VolumeSnapshotRecord;
  Job: JobRecord;
}

export type KindName = keyof RecordsByKind;

/** What is known of one kind in one under cluster. */
export type KindState =
  /** Never listed yet; `message` tells the trouble if there is one. Nothing is known: not zero. */
  | { state: 'syncing'; since: number; message?: string }
  /** The watch is live; `at` = last time the API server was heard. */
  | { state: 'synced'; at: number }
  /** The last known state is kept; it has not been confirmed since. */
  | { state: 'stale'; since: number; message: string }
  | { state: 'notPermitted'; since: number; message: string }
  | { state: 'notInstalled'; since: number; message: string };
