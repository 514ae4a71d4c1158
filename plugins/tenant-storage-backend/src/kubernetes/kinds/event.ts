import {
  messageAt,
  metadataOf,
  numberAt,
  textAt,
  timeAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Whatever is said about these is about storage. */
const STORAGE_KINDS = new Set([
  'PersistentVolumeClaim',
  'PersistentVolume',
  'DataVolume',
  'StorageClass',
  'StorageProfile',
  'CDI',
  'CDIConfig',
]);

/** Pods and VMs have much to say; this is what concerns their volumes (kubelet, attach-detach controller, KubeVirt's volume status). */
const STORAGE_REASON = /volume|mount|attach|hotplug|pvc|claim|disk|provision/i;

/** Pods that storage is made by: CDI's workers, local-path's helpers, KubeVirt's hot-plug pods. */
const STORAGE_POD =
  /^(importer-|cdi-|prime-|helper-pod-|hp-volume-|.*-(importer|uploader|source-pod)$)/;

/** A pod that can't be scheduled for another reason than its volumes is no storage event. */
const VOLUME_SCHEDULING =
  /volume|persistentvolumeclaim|storage class|storageclass/i;

export const event: WatchedKind<'Event'> = {
  name: 'Event',
  group: '',
  version: 'v1',
  plural: 'events',
  namespaced: true,
  part: 'base',
  builtIn: true,
  reduce(raw, { csiControllerNamePrefix }) {
    const kind = wordAt(raw, 'involvedObject', 'kind');
    const name = textAt(raw, 'involvedObject', 'name');
    const reason = wordAt(raw, 'reason') ?? '';
    if (!kind || !name) return undefined;
    const message = messageAt(raw, 'message') ?? '';
    const aboutStorage =
      STORAGE_KINDS.has(kind) ||
      ((kind === 'Pod' || kind === 'VirtualMachineInstance') &&
        STORAGE_REASON.test(reason)) ||
      (kind === 'Pod' &&
        (STORAGE_POD.test(name) ||
          (reason === 'FailedScheduling' &&
            VOLUME_SCHEDULING.test(message)))) ||
      ((kind === 'Pod' || kind === 'ReplicaSet' || kind === 'Deployment') &&
        name.startsWith(csiControllerNamePrefix));
    const metadata = aboutStorage ? metadataOf(raw) : undefined;
    if (!metadata) return undefined;
    return {
      ...metadata,
      type: wordAt(raw, 'type') ?? 'Normal',
      reason,
      message,
      regarding: withoutAbsent({
        kind,
        namespace: wordAt(raw, 'involvedObject', 'namespace'),
        name,
        uid: textAt(raw, 'involvedObject', 'uid'),
      }),
      count: numberAt(raw, 'series', 'count') ?? numberAt(raw, 'count') ?? 1,
      lastSeenAt:
        timeAt(raw, 'series', 'lastObservedTime') ??
        timeAt(raw, 'lastTimestamp') ??
        timeAt(raw, 'eventTime') ??
        metadata.createdAt,
    };
  },
};
