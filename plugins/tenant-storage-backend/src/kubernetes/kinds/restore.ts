import { metadataOf, textAt, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Velero's. Its hooks, which may hold commands, are not kept. */
export const restore: WatchedKind<'Restore'> = {
  name: 'Restore',
  group: 'velero.io',
  version: 'v1',
  plural: 'restores',
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
        backup: textAt(raw, 'spec', 'backupName'),
        schedule: textAt(raw, 'spec', 'scheduleName'),
        phase: wordAt(raw, 'status', 'phase'),
      })
    );
  },
};
