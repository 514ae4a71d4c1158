import { appliedBy } from './appliedBy';
import {
  messageAt,
  metadataOf,
  textAt,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Velero's: where backups go. Nothing of its configuration, credential and certificate is kept. */
export const backupStorageLocation: WatchedKind<'BackupStorageLocation'> = {
  name: 'BackupStorageLocation',
  group: 'velero.io',
  version: 'v1',
  plural: 'backupstoragelocations',
  namespaced: true,
  part: 'velero',
  builtIn: false,
  within: ({ velero }) => velero,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        provider: wordAt(raw, 'spec', 'provider'),
        bucket: textAt(raw, 'spec', 'objectStorage', 'bucket'),
        prefix: textAt(raw, 'spec', 'objectStorage', 'prefix'),
        isDefault: trueAt(raw, 'spec', 'default'),
        accessMode: wordAt(raw, 'spec', 'accessMode'),
        phase: wordAt(raw, 'status', 'phase'),
        message: messageAt(raw, 'status', 'message'),
        ...appliedBy(raw),
      })
    );
  },
};
