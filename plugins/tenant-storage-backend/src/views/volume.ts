import type {
  Trouble,
  Volume,
  VolumeCounts,
  VolumeDetail,
  VolumeState,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  diagnoseVolume,
  eventsAbout,
  WAITING_FOR_CONSUMER,
} from '../diagnosis';
import type { EventRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import {
  freshnessOf,
  isKnown,
  isSeen,
  problemsOf,
  VOLUME_KINDS,
} from './freshness';
import { tenantClaimOf } from './tenantClaim';
import { wireTime, wireTimeOrNull } from './time';
import { chargedOf, volumeFactsOf, type VolumeFacts } from './volumeFacts';

/** Whether a volume may have a DataVolume that can't be seen now. */
function isDataVolumeUnseen(
  cluster: ClusterInventory,
  { dataVolume, purpose }: VolumeFacts,
): boolean {
  return (
    !dataVolume &&
    (purpose === 'tenantVolume' || purpose === 'vmDisk') &&
    !isSeen(cluster, 'DataVolume')
  );
}

/** A volume's state in one word, from what is known and what is wrong. */
export function volumeStateOf(
  cluster: ClusterInventory,
  volume: VolumeFacts,
  troubles: readonly Trouble[],
): VolumeState {
  const { claim, dataVolume, purpose } = volume;
  if (claim?.deletedAt !== undefined || dataVolume?.deletedAt !== undefined) {
    return 'deleting';
  }
  if (troubles.some(trouble => trouble.severity === 'error')) {
    return 'error';
  }
  if (troubles.some(trouble => trouble.code === WAITING_FOR_CONSUMER)) {
    return 'waiting';
  }
  if (!claim && !isKnown(cluster, 'PersistentVolumeClaim')) {
    return 'unknown';
  }
  if (dataVolume?.phase === 'Unknown' || (claim && !claim.phase)) {
    return 'unknown';
  }
  if (
    purpose === 'populating' ||
    purpose === 'scratch' ||
    purpose === 'clone' ||
    claim?.phase !== 'Bound'
  ) {
    return 'working';
  }
  if (dataVolume) {
    return dataVolume.phase === 'Succeeded' ? 'ok' : 'working';
  }
  // Without a CSI driver a claim is bound before it is filled: whether it is filled, its DataVolume says, or a machine that has it.
  return isDataVolumeUnseen(cluster, volume) &&
    volume.attachment?.phase !== 'Ready'
    ? 'unknown'
    : 'ok';
}

/** Tenant volumes and VM disks by state. */
export function countVolumes(
  volumes: Iterable<{ purpose: Volume['purpose']; state: VolumeState }>,
): VolumeCounts {
  const counts: VolumeCounts = {
    total: 0,
    ok: 0,
    waiting: 0,
    working: 0,
    error: 0,
    deleting: 0,
    unknown: 0,
  };
  for (const { purpose, state } of volumes) {
    if (purpose === 'tenantVolume' || purpose === 'vmDisk') {
      counts.total += 1;
      counts[state] += 1;
    }
  }
  return counts;
}

/** A volume with what is wrong with it. */
export interface DiagnosedVolume {
  facts: VolumeFacts;
  troubles: Trouble[];
  state: VolumeState;
}

/** The volumes of a tenant, each looked at. */
export function diagnosedVolumesOf(
  cluster: ClusterInventory,
  tenant: string,
  now: number,
): DiagnosedVolume[] {
  return volumeFactsOf(cluster, tenant).map(facts => {
    const troubles = diagnoseVolume(cluster, facts, now);
    return { facts, troubles, state: volumeStateOf(cluster, facts, troubles) };
  });
}

function bytesOrNull(bytes: bigint | undefined): string | null {
  return bytes === undefined ? null : `${bytes}`;
}

function volumeView(
  cluster: ClusterInventory,
  { facts, troubles, state }: DiagnosedVolume,
  now: number,
): Volume {
  const { claim, dataVolume, persistentVolume, attachment } = facts;
  const accessModes = claim?.accessModes ?? dataVolume?.accessModes ?? [];
  return {
    name: facts.name,
    purpose: facts.purpose,
    belongsTo: facts.belongsTo ?? null,
    state,
    troubles,
    tenantCluster: facts.tenantCluster ?? null,
    tenantClaim: tenantClaimOf(facts.name),
    // What the tenant asked for is in the DataVolume; the claim has the overhead in it already.
    requested: isDataVolumeUnseen(cluster, facts)
      ? null
      : bytesOrNull(dataVolume?.requested ?? claim?.requested),
    charged: bytesOrNull(claim && chargedOf(claim)),
    capacity: bytesOrNull(claim?.capacity ?? persistentVolume?.capacity),
    storageClass: claim?.storageClass ?? dataVolume?.storageClass ?? null,
    accessModes: [...accessModes],
    volumeMode: claim?.volumeMode ?? dataVolume?.volumeMode ?? null,
    phase: claim?.phase ?? null,
    dataVolume: dataVolume
      ? {
          name: dataVolume.name,
          // CDI leaves it empty until it has looked.
          phase: dataVolume.phase || null,
          progress: dataVolume.progress || null,
        }
      : null,
    persistentVolume: persistentVolume?.name ?? claim?.volume ?? null,
    node: persistentVolume?.node ?? claim?.selectedNode ?? null,
    attachedTo: attachment
      ? {
          virtualMachine: attachment.virtualMachine,
          phase: attachment.phase ?? null,
        }
      : null,
    createdAt: wireTime(claim?.createdAt ?? dataVolume?.createdAt ?? now, now),
    deletingSince: wireTimeOrNull(
      claim?.deletedAt ?? dataVolume?.deletedAt,
      now,
    ),
  };
}

/** The volumes of a tenant, helpers included, sorted by name. */
export function volumeViews(
  cluster: ClusterInventory,
  tenant: string,
  now: number,
): Volume[] {
  return diagnosedVolumesOf(cluster, tenant, now).map(volume =>
    volumeView(cluster, volume, now),
  );
}

function eventsOf(
  cluster: ClusterInventory,
  facts: VolumeFacts,
  now: number,
): VolumeDetail['events'] {
  if (!isKnown(cluster, 'Event')) {
    return null;
  }
  const { namespace, claim, dataVolume, helpers } = facts;
  const events: EventRecord[] = [...(claim ? [claim] : []), ...helpers].flatMap(
    each => eventsAbout(cluster, namespace, 'PersistentVolumeClaim', each),
  );
  if (dataVolume) {
    events.push(...eventsAbout(cluster, namespace, 'DataVolume', dataVolume));
  }
  return events
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    .map(event => ({
      type: event.type,
      reason: event.reason,
      message: event.message,
      count: event.count,
      lastSeenAt: wireTime(event.lastSeenAt, now),
      object: { kind: event.regarding.kind, name: event.regarding.name },
    }));
}

/** One volume with its recent events; undefined if the tenant has none of this name. */
export function volumeDetail(
  cluster: ClusterInventory,
  tenant: string,
  name: string,
  now: number,
): VolumeDetail | undefined {
  const facts = volumeFactsOf(cluster, tenant).find(
    volume => volume.name === name,
  );
  if (!facts) {
    return undefined;
  }
  const troubles = diagnoseVolume(cluster, facts, now);
  const state = volumeStateOf(cluster, facts, troubles);
  return {
    volume: volumeView(cluster, { facts, troubles, state }, now),
    events: eventsOf(cluster, facts, now),
    freshness: freshnessOf(cluster, VOLUME_KINDS, now),
    errors: problemsOf(cluster, VOLUME_KINDS, now),
  };
}
