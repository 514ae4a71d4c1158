import type {
  Freshness,
  KindState,
  Problem,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { KindName } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { wireTime } from './time';

/** What the list of tenants stands on. */
export const TENANCY_KINDS: KindName[] = [
  'Namespace',
  'ResourceQuota',
  'TenantControlPlane',
];

/** What a volume stands on. */
export const VOLUME_KINDS: KindName[] = [
  'PersistentVolumeClaim',
  'PersistentVolume',
  'DataVolume',
  'StorageClass',
  'StorageProfile',
  'CDI',
  'VirtualMachineInstance',
  'Node',
  'Event',
];

/** What a tenant's page stands on. */
export const TENANT_KINDS: KindName[] = [
  'ResourceQuota',
  'TenantControlPlane',
  ...VOLUME_KINDS,
  'CSIDriver',
  'CDIConfig',
  'Deployment',
  'Pod',
];

/** What the overview of an under cluster stands on. */
export const UNDER_CLUSTER_KINDS: KindName[] = ['Namespace', ...TENANT_KINDS];

/**
 * Who reads it. What the API server or the network said names addresses, accounts and objects of the platform: people of the platform
 * get it word for word, tenants in the portal's own words.
 */
export type Audience = 'tenant' | 'platform';

/** What isn't seen without a kind, to be read after "can't be seen:". */
const HIDDEN_WITHOUT: Record<KindName, string> = {
  Namespace: 'who owns a tenant',
  ResourceQuota: 'the limits, and so how much is left',
  PersistentVolumeClaim: 'the volumes and what they are charged',
  PersistentVolume: 'on which node a volume lies',
  StorageClass: 'what kind of storage the volumes are on',
  CSIDriver: 'whether creating a volume needs its size twice for a moment',
  Node: 'whether the nodes that hold the volumes are well',
  Event: 'what Kubernetes reported about the volumes in the last hour',
  Deployment: 'whether the CSI controllers of the tenant clusters run',
  Pod: 'which container of a CSI controller is in trouble',
  DataVolume: 'which volumes are being created, and how far they are',
  StorageProfile: 'in which mode volumes are created',
  CDI: 'whether CDI, which creates the volumes, is well',
  CDIConfig: 'how much the file system takes on top of a volume',
  TenantControlPlane: "the tenant clusters' control planes",
  VirtualMachineInstance: 'which worker machine uses a volume',
  Kustomization: 'whether a merged change has reached the under cluster',
  CSIStorageCapacity: 'how much room the storage has',
  CSINode: 'on which nodes a CSI driver is registered',
  HelmRelease: 'which charts are installed, and whether that went well',
  ConfigMap: 'on which nodes and paths local-path makes volumes',
  BackupStorageLocation: 'where backups go',
  VolumeSnapshotLocation: 'where snapshots of backups go',
  Schedule: 'which backups are scheduled',
  Backup: 'which backups there are',
  Restore: 'which backups are being restored',
  VolumeSnapshotClass: 'which storage can take snapshots',
  VolumeSnapshot: 'which snapshots there are',
  Job: 'how benchmarks ended',
};

/** Whether what the inventory holds of a kind is the last known state, rather than nothing at all. */
export function isKnown(cluster: ClusterInventory, kind: KindName): boolean {
  const { state } = cluster.state(kind);
  return state === 'synced' || state === 'stale';
}

/** Whether it is known that the under cluster has no object of this kind, because it does not have the kind. */
export function isNotInstalled(
  cluster: ClusterInventory,
  kind: KindName,
): boolean {
  return cluster.state(kind).state === 'notInstalled';
}

/** What has to be seen before a tenant can be called well. */
export const STATUS_KINDS = [
  'ResourceQuota',
  'PersistentVolumeClaim',
  'DataVolume',
] as const satisfies readonly KindName[];

/** Whether nothing of a kind means that there is none: it is known, or known not to be installed. */
export function isSeen(cluster: ClusterInventory, kind: KindName): boolean {
  return isKnown(cluster, kind) || isNotInstalled(cluster, kind);
}

function kindMessage(
  cluster: ClusterInventory,
  kind: KindName,
  now: number,
  audience: Audience,
): string | null {
  const state = cluster.state(kind);
  const said =
    audience === 'platform' && 'message' in state && state.message
      ? ` (${state.message})`
      : '';
  const hidden = HIDDEN_WITHOUT[kind];
  switch (state.state) {
    case 'synced':
      return null;
    case 'syncing':
      return `${kind} objects have not been read yet${said}. What can't be seen until then: ${hidden}.`;
    case 'stale':
      return `${kind} objects have not been confirmed since ${wireTime(
        state.since,
        now,
      )}${said}. What may have changed: ${hidden}.`;
    case 'notPermitted':
      return `The portal is not allowed to read ${kind} objects${said}. What can't be seen: ${hidden}.`;
    default:
      return `The under cluster ${cluster.settings.title} does not have ${kind} objects${said}, so there is nothing to tell of ${hidden}.`;
  }
}

function kindState(
  cluster: ClusterInventory,
  kind: KindName,
  now: number,
  audience: Audience,
): KindState {
  const state = cluster.state(kind);
  return {
    kind,
    state: state.state,
    at: state.state === 'synced' ? wireTime(state.at, now) : null,
    since: state.state === 'synced' ? null : wireTime(state.since, now),
    message: kindMessage(cluster, kind, now, audience),
  };
}

/** How far an answer made from these kinds can be trusted. */
export function freshnessOf(
  cluster: ClusterInventory,
  kinds: readonly KindName[],
  now: number,
  audience: Audience = 'tenant',
): Freshness {
  let staleSince: number | undefined;
  let syncing = false;
  let partial = false;
  for (const kind of kinds) {
    const state = cluster.state(kind);
    if (state.state === 'stale') {
      staleSince = Math.min(staleSince ?? Infinity, state.since);
    }
    syncing ||= state.state === 'syncing';
    // What is not installed is known to be nothing, so that nothing of it is hidden.
    partial ||= state.state === 'notPermitted';
  }
  let state: Freshness['state'] = 'live';
  if (staleSince !== undefined) state = 'stale';
  else if (syncing) state = 'syncing';
  else if (partial) state = 'partial';
  return {
    state,
    since: staleSince === undefined ? null : wireTime(staleSince, now),
    kinds: kinds.map(kind => kindState(cluster, kind, now, audience)),
  };
}

/**
 * Why an answer made from these kinds is not whole. A kind that is not installed is no reason: there is none of it, which its state in
 * {@link freshnessOf} tells, and what should be installed and is not is a trouble of its own. Trouble of the whole under cluster stands for the kinds that it keeps from being
 * read, rather than being repeated for each.
 */
export function problemsOf(
  cluster: ClusterInventory,
  kinds: readonly KindName[],
  now: number,
  audience: Audience = 'tenant',
): Problem[] {
  const { name, title } = cluster.settings;
  const whole = cluster.problems();
  const problems: Problem[] = whole.map(({ message, since }) => ({
    underCluster: name,
    kind: null,
    message:
      audience === 'platform'
        ? message
        : `The under cluster ${title} can't be read now. What is shown is what was last known; the platform team can mend this.`,
    since: wireTime(since, now),
  }));
  if (audience === 'tenant') {
    // In these words they are all the same.
    problems.splice(1);
  }
  for (const kind of kinds) {
    const state = cluster.state(kind);
    if (
      state.state === 'synced' ||
      state.state === 'notInstalled' ||
      (whole.length > 0 &&
        (state.state === 'stale' || state.state === 'syncing'))
    ) {
      continue;
    }
    problems.push({
      underCluster: name,
      kind,
      message: kindMessage(cluster, kind, now, audience) ?? '',
      since: wireTime(state.since, now),
    });
  }
  return problems;
}
