import type { VirtualMachineInstanceRecord } from '../../inventory/records';
import {
  isObject,
  messageAt,
  metadataOf,
  objectAt,
  objectsAt,
  textAt,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

type Volumes = VirtualMachineInstanceRecord['volumes'];

/** spec.volumes that name a claim or DataVolume, with their status; and hot-plugged ones that only the status names (yet, or still). */
function volumesOf(raw: RawObject): Volumes {
  const statuses = new Map<string, RawObject>();
  for (const status of objectsAt(raw, 'status', 'volumeStatus')) {
    const name = textAt(status, 'name');
    if (name) statuses.set(name, status);
  }
  const volumes = new Map<string, Volumes[number]>();
  const describe = (name: string, claim: string | undefined, hot: boolean) => {
    const status = statuses.get(name) ?? {};
    volumes.set(
      name,
      withoutAbsent({
        name,
        claim:
          claim ?? textAt(status, 'persistentVolumeClaimInfo', 'claimName'),
        phase: wordAt(status, 'phase'),
        reason: wordAt(status, 'reason'),
        message: messageAt(status, 'message'),
        hotplugged: hot || isObject(status.hotplugVolume),
      }),
    );
  };
  for (const volume of objectsAt(raw, 'spec', 'volumes')) {
    const name = textAt(volume, 'name');
    const source =
      textAt(volume, 'persistentVolumeClaim', 'claimName') ??
      textAt(volume, 'dataVolume', 'name');
    if (name && source) {
      describe(
        name,
        source,
        trueAt(volume, 'persistentVolumeClaim', 'hotpluggable') ||
          trueAt(volume, 'dataVolume', 'hotpluggable'),
      );
    }
  }
  for (const [name, status] of statuses) {
    const ofClaim =
      isObject(status.hotplugVolume) ||
      objectAt(status, 'persistentVolumeClaimInfo').claimName !== undefined;
    if (!volumes.has(name) && ofClaim) describe(name, undefined, false);
  }
  return [...volumes.values()];
}

/** Volumes, phase and node only: the rest may hold cloud-init's user data. */
export const virtualMachineInstance: WatchedKind<'VirtualMachineInstance'> = {
  name: 'VirtualMachineInstance',
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachineinstances',
  namespaced: true,
  part: 'attachments',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        phase: wordAt(raw, 'status', 'phase'),
        node: textAt(raw, 'status', 'nodeName'),
        volumes: volumesOf(raw),
      })
    );
  },
};
