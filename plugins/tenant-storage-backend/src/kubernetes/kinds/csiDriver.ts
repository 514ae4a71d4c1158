import { metadataOf } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const csiDriver: WatchedKind<'CSIDriver'> = {
  name: 'CSIDriver',
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'csidrivers',
  namespaced: false,
  part: 'base',
  builtIn: true,
  reduce: metadataOf,
};
