import { annotationOf, labelOf, metadataOf, withoutAbsent } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const namespace: WatchedKind<'Namespace'> = {
  name: 'Namespace',
  group: '',
  version: 'v1',
  plural: 'namespaces',
  namespaced: false,
  part: 'base',
  builtIn: true,
  reduce(raw, { ownerKey }) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        owner: annotationOf(raw, ownerKey) ?? labelOf(raw, ownerKey),
      })
    );
  },
};
