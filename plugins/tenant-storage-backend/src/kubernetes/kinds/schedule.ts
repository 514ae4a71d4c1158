import {
  metadataOf,
  trueAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Velero's. Its hooks, which may hold commands, are not kept. */
export const schedule: WatchedKind<'Schedule'> = {
  name: 'Schedule',
  group: 'velero.io',
  version: 'v1',
  plural: 'schedules',
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
        storageLocation: wordAt(raw, 'spec', 'template', 'storageLocation'),
        volumeSnapshotLocations: wordsAt(
          raw,
          'spec',
          'template',
          'volumeSnapshotLocations',
        ),
        paused: trueAt(raw, 'spec', 'paused'),
      })
    );
  },
};
