import { metadataOf, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const cdi: WatchedKind<'CDI'> = {
  name: 'CDI',
  group: 'cdi.kubevirt.io',
  version: 'v1beta1',
  plural: 'cdis',
  namespaced: false,
  part: 'base',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        phase: wordAt(raw, 'status', 'phase'),
        version: wordAt(raw, 'status', 'observedVersion'),
      })
    );
  },
};
