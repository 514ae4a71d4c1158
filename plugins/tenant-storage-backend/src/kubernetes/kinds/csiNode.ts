import { metadataOf, objectsAt, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** The kubelet's record of the CSI drivers on its node. */
export const csiNode: WatchedKind<'CSINode'> = {
  name: 'CSINode',
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'csinodes',
  namespaced: false,
  part: 'changes',
  builtIn: true,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata && {
        ...metadata,
        drivers: objectsAt(raw, 'spec', 'drivers').flatMap(
          driver => wordAt(driver, 'name') ?? [],
        ),
      }
    );
  },
};
