import type { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import type { VolumeFacts } from '../views/volumeFacts';
import { gatherEvidence, volumeTrouble, type VolumeEvidence } from './evidence';
import { settledRefusal } from './settledRefusal';
import { worstFirst } from './severity';
import { VOLUME_CAUSES } from './volumeCauses';

/** The code of the trouble that is none: a volume that is made when somebody uses it. */
export const WAITING_FOR_CONSUMER = 'waitingForConsumer';

function waitingForConsumer(evidence: VolumeEvidence): Trouble | undefined {
  const { claim, dataVolume } = evidence.volume;
  if (
    claim?.phase === 'Bound' ||
    claim?.deletedAt !== undefined ||
    dataVolume?.deletedAt !== undefined
  ) {
    return undefined;
  }
  const isWaiting =
    dataVolume?.phase === 'WaitForFirstConsumer' ||
    (claim?.phase === 'Pending' &&
      claim.selectedNode === undefined &&
      (dataVolume?.phase === 'PendingPopulation' ||
        (dataVolume === undefined &&
          evidence.storageClass?.volumeBindingMode ===
            'WaitForFirstConsumer') ||
        /^WaitForFirstConsumer$|^WaitForPodScheduled$/.test(
          evidence.events[0]?.reason ?? '',
        )));
  if (!isWaiting) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'info',
    code: WAITING_FOR_CONSUMER,
    title: 'Waiting for its first pod',
    message:
      'This is fine: the volume is made as soon as a pod uses it, on the node where the pod’s worker machine runs.',
    remedy: 'Nothing to do; start a pod that uses it when it is needed.',
    whoCanFix: 'tenant',
  });
}

/** What is recent enough to speak of a volume that works. */
const RECENT = 15 * 60_000;

/** Reasons that still matter once a volume is there; what came before it was is history. */
const LATER_REASONS =
  /^(VolumeResizeFailed|FileSystemResizeFailed|VolumeFailedDelete|FailedAttachVolume|FailedDetachVolume|FailedMount|FailedMapVolume|VolumeConditionAbnormal)$/;

function newestWarning(evidence: VolumeEvidence): Trouble | undefined {
  const event = evidence.events.find(
    each =>
      each.type === 'Warning' &&
      !settledRefusal(evidence, each.message) &&
      (evidence.isComing ||
        (LATER_REASONS.test(each.reason) &&
          evidence.now - each.lastSeenAt < RECENT)),
  );
  if (!event) {
    return undefined;
  }
  // A Normal event that came later says that it went on.
  const after = evidence.events[0];
  if (after !== event && after?.reason === 'ProvisioningSucceeded') {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'warning',
    code: 'warningEvent',
    title: 'Kubernetes reports a problem',
    message: `Kubernetes calls it ${event.reason}.`,
    said: event.message,
    remedy: 'If it does not go away by itself, show this to the platform team.',
    whoCanFix: 'platform',
    object: { kind: event.regarding.kind, name: event.regarding.name },
    at: event.lastSeenAt,
  });
}

/** Whether a volume gives no occasion to look at it closer; the great majority, so it is cheap. */
function isPlainlyWell(cluster: ClusterInventory, volume: VolumeFacts) {
  const { claim, dataVolume, persistentVolume, attachment } = volume;
  if (
    claim?.phase !== 'Bound' ||
    claim.deletedAt !== undefined ||
    claim.conditions.length > 0 ||
    (claim.requested ?? 0n) > (claim.capacity ?? claim.requested ?? 0n) ||
    (dataVolume &&
      (dataVolume.phase !== 'Succeeded' ||
        dataVolume.deletedAt !== undefined)) ||
    (attachment && attachment.phase !== 'Ready') ||
    persistentVolume?.phase === 'Failed'
  ) {
    return false;
  }
  if (persistentVolume?.node !== undefined) {
    const node = cluster.get('Node', '', persistentVolume.node);
    if (!node || node.ready === false || node.diskPressure) {
      return false;
    }
    if (node.unschedulable && !attachment) {
      return false;
    }
  }
  return (
    cluster.eventsOf(volume.namespace, 'PersistentVolumeClaim', claim.name)
      .length === 0
  );
}

/**
 * What is wrong with a volume, or worth knowing, worst first; empty if nothing is. Conditions and fields rank above events, which
 * Kubernetes forgets after an hour; if no cause is recognised, the newest warning is quoted.
 */
export function diagnoseVolume(
  cluster: ClusterInventory,
  volume: VolumeFacts,
  now: number,
): Trouble[] {
  if (isPlainlyWell(cluster, volume)) {
    return [];
  }
  const evidence = gatherEvidence(cluster, volume, now);
  const troubles = VOLUME_CAUSES.flatMap(cause => cause(evidence) ?? []);
  if (troubles.every(trouble => trouble.severity === 'info')) {
    const waiting = waitingForConsumer(evidence);
    const warning = newestWarning(evidence);
    if (warning) troubles.push(warning);
    if (waiting) troubles.push(waiting);
  }
  return worstFirst(troubles);
}
