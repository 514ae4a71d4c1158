import type { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import { cdiOf } from '../views/cdi';
import { isDoubled } from '../views/charge';
import { isKnown } from '../views/freshness';
import { cannotResize } from '../views/storageClass';
import { importFailureInWords, knownImportFailure } from './importFailure';
import { refusedInWords } from './quotaRefusal';
import { minutesToNextTry, settledRefusal } from './settledRefusal';
import {
  findStatement,
  isClassMissing,
  volumeTrouble,
  type Statement,
  type VolumeEvidence,
} from './evidence';

/** One cause: what to say if the evidence shows it. */
export type VolumeCause = (evidence: VolumeEvidence) => Trouble | undefined;

const MINUTE = 60_000;

/** Longer than any deletion takes that works. */
const STUCK_DELETING = 10 * MINUTE;
/** Longer than populating an empty volume takes; imports of large images may take it, so it is a warning only. */
const STUCK_WORKING = 30 * MINUTE;

/** Once or twice happens when a node is drained or a source does not answer for a moment. */
const MANY_RESTARTS = 3;

const EXCEEDED_QUOTA = /exceeded quota:/;
const BLOCK_DEVICE_DENIED = /\/dev\/cdi-block-volume: Permission denied/;

const lost: VolumeCause = evidence => {
  const { claim } = evidence.volume;
  if (claim?.phase !== 'Lost') {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'claimLost',
    title: 'The storage behind this volume is gone',
    message:
      'The volume was bound to a piece of storage that does not exist any more. Its data can’t be reached.',
    remedy:
      'Do not delete it: ask the platform team first whether the data can be saved.',
    whoCanFix: 'platform',
  });
};

/** What a quota refused last, unless that is there by now. CDI leaves it in conditions and events until something else happens. */
function refusalOf(evidence: VolumeEvidence): Statement | undefined {
  const refusals = (unless?: (message: string) => boolean) => [
    { reason: /^ErrExceededQuota$/, message: /\S/, unless },
    { message: EXCEEDED_QUOTA, unless },
  ];
  const standing = findStatement(
    evidence,
    ...refusals(
      message => settledRefusal(evidence, message) === 'claimIsThere',
    ),
  );
  if (standing || findStatement(evidence, ...refusals())) {
    return standing;
  }
  return findStatement(evidence, { reason: /^ErrExceededQuota$/ });
}

const quotaExceeded: VolumeCause = evidence => {
  const { claim, dataVolume } = evidence.volume;
  if (claim || !dataVolume) {
    return undefined;
  }
  const said = refusalOf(evidence);
  if (!said || settledRefusal(evidence, said.message)) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'quotaExceeded',
    title: 'The quota has no room for this volume',
    message: `The tenant cluster was told that the volume exists, but it can’t be made: that would exceed the quota.${refusedInWords(
      said.message,
    )}`,
    said: said.message,
    remedy:
      'Delete volumes that are no longer needed, or ask for a larger quota. The volume is then made by itself.',
    whoCanFix: 'tenant',
    object: said.object,
    at: said.at,
  });
};

const helperExceedsQuota: VolumeCause = evidence => {
  if (!evidence.isComing || !evidence.volume.claim) {
    return undefined;
  }
  const said = refusalOf(evidence);
  if (!said || settledRefusal(evidence, said.message)) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'helperExceedsQuota',
    title: 'The quota has no room to fill this volume',
    message: `${
      isDoubled(evidence.cluster, evidence.storageClassName ?? '')
        ? 'Creating a volume needs its size twice for a moment'
        : 'Filling the volume needs a second one for a moment'
    }, and that would exceed the quota.${refusedInWords(said.message)}`,
    said: said.message,
    remedy:
      'Delete volumes that are no longer needed, or ask for a larger quota. The volume is then finished by itself.',
    whoCanFix: 'tenant',
    object: said.object,
    at: said.at,
  });
};

/** Nobody tells CDI that a quota has room again: it finds out when it tries next. */
const quotaHasRoomAgain: VolumeCause = evidence => {
  const { claim, dataVolume } = evidence.volume;
  if (
    !(dataVolume ?? claim) ||
    !evidence.isComing ||
    claim?.deletedAt !== undefined ||
    dataVolume?.deletedAt !== undefined
  ) {
    return undefined;
  }
  const said = refusalOf(evidence);
  if (!said || settledRefusal(evidence, said.message) !== 'roomNow') {
    return undefined;
  }
  const done = claim ? 'finished' : 'made';
  const title = claim
    ? 'The quota now has room to fill this volume'
    : 'The quota now has room for this volume';
  const cdi = cdiOf(evidence.cluster);
  if (isKnown(evidence.cluster, 'CDI') && cdi?.phase !== 'Deployed') {
    return volumeTrouble(evidence, {
      severity: 'info',
      code: 'quotaHasRoomAgain',
      title,
      message: `When it was tried last, there was none. It is tried again, and the volume ${done}, once the import service (CDI) runs.`,
      remedy: 'The platform team has to bring the import service back.',
      whoCanFix: 'platform',
    });
  }
  const minutes = minutesToNextTry(
    claim?.createdAt ?? dataVolume?.createdAt ?? 0,
    evidence.now,
  );
  const within = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return volumeTrouble(evidence, {
    severity: 'info',
    code: 'quotaHasRoomAgain',
    title,
    message: `When it was tried last, there was none. The volume is ${done} by itself at the next try, which comes within ${within}.`,
    remedy: `Nothing to do. If it takes longer, ask the platform team. Tell them: CDI does not try ${
      dataVolume?.name ?? evidence.volume.name
    } again, although the quota has room.`,
    whoCanFix: 'nobody',
  });
};

const storageClassMissing: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message: /storageclass\S* .*not found|no storageClass to choose profile/i,
  });
  if (!isClassMissing(evidence) && !said) {
    return undefined;
  }
  const { storageClass } = evidence.cluster.settings;
  const isAnother =
    evidence.storageClassName !== undefined &&
    evidence.storageClassName !== storageClass;
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'storageClassMissing',
    title: 'The storage class does not exist',
    message: `The volume is to be made on the storage class ${
      evidence.storageClassName ?? ''
    }, which is not there.`.replace(' class ,', ' class,'),
    said: said?.message,
    remedy: isAnother
      ? `Let the storage class in the tenant cluster point at ${storageClass} (its parameter infraStorageClassName), then create the claim anew.`
      : 'The platform team has to put the storage class back.',
    whoCanFix: isAnother ? 'tenant' : 'platform',
    at: said?.at,
  });
};

const claimNotValid: VolumeCause = evidence => {
  if (!evidence.isComing || evidence.volume.claim) {
    return undefined;
  }
  const said = findStatement(evidence, { reason: /^ErrClaimNotValid$/ });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'claimNotValid',
      title: 'It is not known how to create this volume',
      message:
        'The storage is not set up in the way that creating volumes needs.',
      said: said.message,
      remedy: `The platform team has to set it up again. Tell them: the StorageProfile of ${
        evidence.storageClassName ?? evidence.cluster.settings.storageClass
      } is not pinned.`,
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const provisionerRefusesNode: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message:
      /no local path available on node|config doesn't contain (node|path)/,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'provisionerRefusedNode',
      title: 'The node has no disk space set aside for volumes',
      message:
        'The volume was to be made on a node that is not set up to hold tenants’ volumes.',
      said: said.message,
      remedy:
        'The platform team has to set disk space aside on the node, or keep the worker machine away from it.',
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const wrongMode: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message:
      /NodePath only supports|RWX access mode is not supported|only support(s)? .*access mode/i,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'modeNotSupported',
      title: 'The storage can’t do what the volume asks for',
      message:
        'The access mode or volume mode that was asked for is not supported here.',
      said: said.message,
      remedy:
        'Ask for ReadWriteOnce and a file system. If that is what was asked for, ask the platform team.',
      whoCanFix: 'tenant',
      object: said.object,
      at: said.at,
    })
  );
};

const nodeNotSpecified: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message: /configuration error, no node was specified/,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'immediateBinding',
      title: 'The storage class binds too early',
      message:
        'The storage class makes volumes before it is known on which node they are used, which local disks can’t do.',
      said: said.message,
      remedy:
        'The platform team has to make the storage class anew. Tell them: its volumeBindingMode has to be WaitForFirstConsumer.',
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const provisionerPodFailing: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message: /create process timeout after \d+ seconds/,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'provisionerPodFailing',
      title: 'The node does not get the volume made',
      message:
        'Making room for the volume on the node starts, but does not finish.',
      said: said.message,
      remedy:
        'The platform team has to look at that node. Tell them: the provisioner’s helper pods there time out.',
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const importerDenied: VolumeCause = evidence => {
  if (!evidence.isBeingFilled) {
    return undefined;
  }
  const said = findStatement(evidence, {
    message: BLOCK_DEVICE_DENIED,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'blockDeviceDenied',
      title: 'The volume’s disk may not be opened',
      message:
        'What fills the volume is not allowed to open its disk: a setting of the under cluster is missing.',
      said: said.message,
      remedy:
        'The platform team has to put the setting right. Tell them: the StorageProfile is not pinned, or containerd on the nodes lacks device_ownership_from_security_context.',
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const importerTrouble: VolumeCause = evidence => {
  const { dataVolume } = evidence.volume;
  if (!evidence.isBeingFilled || !dataVolume) {
    return undefined;
  }
  const running = dataVolume.conditions.find(
    condition =>
      condition.type === 'Running' &&
      condition.status !== 'True' &&
      !BLOCK_DEVICE_DENIED.test(condition.message ?? '') &&
      /^(Unschedulable|OOMKilled|Error|CrashLoopBackOff|ImagePullBackOff|ErrImagePull)$/.test(
        condition.reason ?? '',
      ),
  );
  if (!running) {
    return undefined;
  }
  const isUnschedulable = running.reason === 'Unschedulable';
  return volumeTrouble(evidence, {
    severity: 'error',
    code: isUnschedulable ? 'importerUnschedulable' : 'importerFailing',
    title: isUnschedulable
      ? 'There is no place to fill the volume from'
      : 'Filling the volume fails',
    message: `${
      isUnschedulable
        ? 'The volume is filled by a pod of its own, which no node has room for or takes.'
        : `What fills the volume ends with ${running.reason}${
            dataVolume.restartCount > 0
              ? ` and was started again ${dataVolume.restartCount} times`
              : ''
          }.${knownImportFailure(running.message)}`
    }`,
    said: running.message,
    remedy: 'The platform team has to look at what fills it, the importer pod.',
    whoCanFix: 'platform',
    object: { kind: 'DataVolume', name: dataVolume.name },
    at: running.at,
  });
};

/** Between two ends of the pod, its condition says that it runs. */
const importerRestarts: VolumeCause = evidence => {
  const { dataVolume } = evidence.volume;
  if (
    !evidence.isBeingFilled ||
    !dataVolume ||
    dataVolume.restartCount < MANY_RESTARTS ||
    importerTrouble(evidence)
  ) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'warning',
    code: 'importerRestarts',
    title: 'Filling the volume keeps failing',
    message: `What fills the volume was started again ${dataVolume.restartCount} times so far.`,
    remedy: 'The platform team has to look at what fills it, the importer pod.',
    whoCanFix: 'platform',
    object: { kind: 'DataVolume', name: dataVolume.name },
  });
};

const dataVolumeFailed: VolumeCause = evidence => {
  const { dataVolume } = evidence.volume;
  if (dataVolume?.phase !== 'Failed') {
    return undefined;
  }
  const said = findStatement(evidence, {
    reason: /fail|err/i,
    message: /\S/,
  });
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'dataVolumeFailed',
    title: 'Creating this volume failed',
    message: `It is not tried again.${importFailureInWords(said?.message)}`,
    said: said?.message,
    remedy:
      'If nothing is on it yet, delete the claim in the tenant cluster and create it anew; otherwise ask the platform team.',
    whoCanFix: 'tenant',
    object: { kind: 'DataVolume', name: dataVolume.name },
    at: said?.at,
  });
};

const nameClash: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    reason: /^(ErrResourceExists|ClaimMisbound)$/,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'error',
      code: 'nameClash',
      title: 'Something else has this volume’s name',
      message:
        'The volume can’t be made because an object of its name is there already.',
      said: said.message,
      remedy: 'The platform team has to see whose it is.',
      whoCanFix: 'platform',
      object: said.object,
      at: said.at,
    })
  );
};

const cdiDown: VolumeCause = evidence => {
  const { dataVolume, claim } = evidence.volume;
  const cdi = cdiOf(evidence.cluster);
  if (
    !dataVolume ||
    claim ||
    dataVolume.phase ||
    !isKnown(evidence.cluster, 'CDI') ||
    cdi?.phase === 'Deployed'
  ) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'cdiDown',
    title: 'Nobody is working on this volume',
    message: `The import service (CDI), which creates the volumes, is not running (${
      cdi?.phase ?? 'it is not there'
    }).`,
    remedy: 'The platform team has to bring the import service back.',
    whoCanFix: 'platform',
    object: cdi ? { kind: 'CDI', name: cdi.name } : null,
  });
};

const persistentVolumeFailed: VolumeCause = evidence => {
  const { persistentVolume } = evidence.volume;
  if (persistentVolume?.phase !== 'Failed') {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'persistentVolumeFailed',
    title: 'The storage behind this volume failed',
    message: 'The storage could not be cleaned up or used.',
    said: persistentVolume.message ?? persistentVolume.reason,
    remedy:
      'The platform team has to look at it: nothing in the tenant cluster helps.',
    whoCanFix: 'platform',
    object: { kind: 'PersistentVolume', name: persistentVolume.name },
  });
};

const nodeTrouble: VolumeCause = evidence => {
  const { nodeName, node } = evidence;
  if (nodeName === undefined || !isKnown(evidence.cluster, 'Node')) {
    return undefined;
  }
  const object = { kind: 'Node', name: nodeName };
  if (!node) {
    return volumeTrouble(evidence, {
      severity: 'error',
      code: 'nodeGone',
      title: 'The node that holds this volume is gone',
      message: `The volume lies on the disk of the node ${nodeName}, which is no longer part of the under cluster. Its data can’t be reached.`,
      remedy:
        'The platform team has to bring the node back. A new volume starts empty.',
      whoCanFix: 'platform',
      object,
    });
  }
  if (node.ready === false) {
    return volumeTrouble(evidence, {
      severity: 'error',
      code: 'nodeNotReady',
      title: 'The node that holds this volume is not ready',
      message: `The volume lies on the disk of the node ${nodeName}, which does not answer. It can’t move to another node.`,
      remedy: 'The platform team has to bring the node back.',
      whoCanFix: 'platform',
      object,
    });
  }
  if (node.diskPressure) {
    return volumeTrouble(evidence, {
      severity: 'warning',
      code: 'nodeDiskPressure',
      title: 'The disk under this volume is nearly full',
      message: `The node ${nodeName} reports that it is running out of disk space. Writing to the volume may fail.`,
      remedy: 'The platform team has to free or add disk space on the node.',
      whoCanFix: 'platform',
      object,
    });
  }
  if (node.unschedulable && !evidence.volume.attachment) {
    return volumeTrouble(evidence, {
      severity: 'warning',
      code: 'nodeCordoned',
      title: 'The node that holds this volume takes nothing new',
      message: `The volume lies on the node ${nodeName}, which is set aside for maintenance. Until it is back, nothing new can use the volume.`,
      remedy: 'Wait for the maintenance to end, or ask the platform team.',
      whoCanFix: 'platform',
      object,
    });
  }
  return undefined;
};

const onAnotherNode: VolumeCause = evidence => {
  const { attachment } = evidence.volume;
  if (
    !attachment?.hotplugged ||
    attachment.phase === 'Ready' ||
    attachment.node === undefined ||
    evidence.nodeName === undefined ||
    attachment.node === evidence.nodeName
  ) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'onAnotherNode',
    title: 'The volume is on another node than the machine that needs it',
    message: `The volume lies on the disk of ${evidence.nodeName} and can’t leave it; the worker machine ${attachment.virtualMachine} runs on ${attachment.node}.`,
    said: attachment.message,
    remedy: `Let the pod run on a worker machine on ${evidence.nodeName}; if there is none, the platform team has to move one there.`,
    whoCanFix: 'tenant',
    object: {
      kind: 'VirtualMachineInstance',
      name: attachment.virtualMachine,
    },
  });
};

const attachedElsewhere: VolumeCause = evidence => {
  const said = findStatement(evidence, {
    message: /volume is attached to another VM/i,
  });
  if (
    !said ||
    evidence.volume.attachment?.phase === 'Ready' ||
    evidence.isComing
  ) {
    return undefined;
  }
  return volumeTrouble(evidence, {
    severity: 'error',
    code: 'attachedElsewhere',
    title: 'Another worker machine still holds this volume',
    message:
      'The volume can’t be attached because a machine that no longer needs it still lists it.',
    said: said.message,
    remedy: 'The platform team has to detach it from the old machine.',
    whoCanFix: 'platform',
    object: said.object,
    at: said.at,
  });
};

const stuckDeleting: VolumeCause = evidence => {
  const { claim, dataVolume, attachment } = evidence.volume;
  const deletedAt = claim?.deletedAt ?? dataVolume?.deletedAt;
  if (deletedAt === undefined || evidence.now - deletedAt < STUCK_DELETING) {
    return undefined;
  }
  const isUsed = claim?.finalizers.includes('kubernetes.io/pvc-protection');
  let because = 'Something has to finish before it can go';
  if (isUsed && attachment) {
    because = `The worker machine ${attachment.virtualMachine} still uses it`;
  } else if (isUsed) {
    because = 'A pod, maybe a finished one, still uses it';
  } else if (claim && claim.finalizers.length > 0) {
    because = `It waits for ${claim.finalizers.join(', ')}`;
  }
  return volumeTrouble(evidence, {
    severity: 'warning',
    code: 'stuckDeleting',
    title: 'Deleting this volume does not finish',
    message: `${because}. Until it is gone it counts against the quota.`,
    remedy: isUsed
      ? 'Delete the pods that use it in the tenant cluster, finished ones too; if there are none, ask the platform team.'
      : 'The platform team has to see what keeps it.',
    whoCanFix: isUsed ? 'tenant' : 'platform',
    at: deletedAt,
  });
};

const resize: VolumeCause = evidence => {
  const { claim } = evidence.volume;
  if (claim?.phase !== 'Bound' || claim.deletedAt !== undefined) {
    return undefined;
  }
  const failed = findStatement(
    evidence,
    { reason: /^VolumeResizeFailed$/ },
    { reason: /^(Controller|Node)Resize(Error|Infeasible)$/ },
  );
  const isFailedCondition = claim.conditions.find(condition =>
    /^(Controller|Node)Resize(Error|Infeasible)$/.test(condition.type),
  );
  const isWanted =
    claim.requested !== undefined &&
    claim.capacity !== undefined &&
    claim.requested > claim.capacity;
  const progress = claim.conditions.find(condition =>
    /^(Resizing|FileSystemResizePending)$/.test(condition.type),
  );
  if (isFailedCondition || (failed && (isWanted || progress))) {
    return volumeTrouble(evidence, {
      severity: 'error',
      code: 'resizeFailed',
      title: 'Growing this volume failed',
      message:
        'The volume keeps its old size, but its new size counts against the quota.',
      said: isFailedCondition?.message ?? failed?.message,
      remedy: 'The platform team has to look at it.',
      whoCanFix: 'platform',
      at: isFailedCondition?.at ?? failed?.at,
    });
  }
  if (
    isWanted &&
    !progress &&
    evidence.storageClass &&
    cannotResize(evidence.storageClass.provisioner)
  ) {
    return volumeTrouble(evidence, {
      severity: 'warning',
      code: 'resizeNeverStarts',
      title: 'This volume can’t grow',
      message:
        'A larger size was asked for, but volumes on local disks can’t grow. The volume keeps its size, while the larger one counts against the quota.',
      remedy:
        'Create a new volume of the size that is needed and copy the data; then delete this one.',
      whoCanFix: 'tenant',
    });
  }
  if (isWanted || progress) {
    return volumeTrouble(evidence, {
      severity: 'info',
      code: 'resizePending',
      title: 'This volume is growing',
      message:
        progress?.type === 'FileSystemResizePending'
          ? 'The storage has grown; the file system follows as soon as the volume is used.'
          : 'A larger size was asked for and is being made.',
      remedy: null,
      whoCanFix: 'nobody',
      at: progress?.at,
    });
  }
  return undefined;
};

const cloneWaits: VolumeCause = evidence => {
  if (!evidence.isComing) {
    return undefined;
  }
  const said = findStatement(evidence, {
    reason: /^(CloneSourceInUse|CloneWithoutSource|CloneValidationFailed)$/,
  });
  return (
    said &&
    volumeTrouble(evidence, {
      severity: 'warning',
      code: 'cloneWaits',
      title: 'The volume to copy from is not free',
      message:
        'This volume is a copy of another one, which is in use, missing or does not fit.',
      said: said.message,
      remedy: 'Stop what uses the source, or choose another one.',
      whoCanFix: 'tenant',
      object: said.object,
      at: said.at,
    })
  );
};

/** Phases in which a DataVolume is being worked on and moves on by itself. */
const WORKING_PHASES =
  /^(ImportScheduled|ImportInProgress|CloneScheduled|CloneInProgress|CloneFromSnapshotSourceInProgress|SmartClonePVCInProgress|CSICloneInProgress|PrepClaimInProgress|RebindInProgress|ExpansionInProgress|NamespaceTransferInProgress|UploadScheduled)$/;

const stuckWorking: VolumeCause = evidence => {
  const { dataVolume } = evidence.volume;
  const phase = dataVolume?.phase ?? '';
  if (!dataVolume || !WORKING_PHASES.test(phase)) {
    return undefined;
  }
  const running = dataVolume.conditions.find(each => each.type === 'Running');
  const since = running?.at ?? dataVolume.createdAt;
  if (evidence.now - since < STUCK_WORKING) {
    return undefined;
  }
  const progress =
    dataVolume.progress && dataVolume.progress !== 'N/A'
      ? ` at ${dataVolume.progress}`
      : '';
  return volumeTrouble(evidence, {
    severity: 'warning',
    code: 'takesLong',
    title: 'Creating this volume takes long',
    message: `The import service (CDI) has been at it for ${Math.floor(
      (evidence.now - since) / MINUTE,
    )} minutes (${phase}${progress}).`,
    said: running?.message,
    remedy: 'If the progress does not move, ask the platform team.',
    whoCanFix: 'platform',
    object: { kind: 'DataVolume', name: dataVolume.name },
    at: since,
  });
};

/** In order: what is surest and worst first. */
export const VOLUME_CAUSES: readonly VolumeCause[] = [
  lost,
  nodeTrouble,
  persistentVolumeFailed,
  quotaExceeded,
  helperExceedsQuota,
  quotaHasRoomAgain,
  storageClassMissing,
  claimNotValid,
  provisionerRefusesNode,
  wrongMode,
  nodeNotSpecified,
  importerDenied,
  importerTrouble,
  importerRestarts,
  provisionerPodFailing,
  nameClash,
  cdiDown,
  dataVolumeFailed,
  onAnotherNode,
  attachedElsewhere,
  stuckDeleting,
  resize,
  cloneWaits,
  stuckWorking,
];
