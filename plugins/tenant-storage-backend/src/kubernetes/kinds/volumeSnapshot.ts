import {
  bytesAt,
  messageAt,
  metadataOf,
  objectAt,
  textAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Absent until the controller has said so. */
function isReady(raw: RawObject): boolean | undefined {
  const { readyToUse } = objectAt(raw, 'status');
  return typeof readyToUse === 'boolean' ? readyToUse : undefined;
}

export const volumeSnapshot: WatchedKind<'VolumeSnapshot'> = {
  name: 'VolumeSnapshot',
  group: 'snapshot.storage.k8s.io',
  version: 'v1',
  plural: 'volumesnapshots',
  namespaced: true,
  part: 'snapshots',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        claim: textAt(raw, 'spec', 'source', 'persistentVolumeClaimName'),
        snapshotClass: wordAt(raw, 'spec', 'volumeSnapshotClassName'),
        ready: isReady(raw),
        restoreSize: bytesAt(raw, 'status', 'restoreSize'),
        error: messageAt(raw, 'status', 'error', 'message'),
      })
    );
  },
};
