import { appliedBy } from './appliedBy';
import {
  claimPropertySetsAt,
  metadataOf,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

export const storageProfile: WatchedKind<'StorageProfile'> = {
  name: 'StorageProfile',
  group: 'cdi.kubevirt.io',
  version: 'v1beta1',
  plural: 'storageprofiles',
  namespaced: false,
  part: 'base',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        pinned: claimPropertySetsAt(raw, 'spec', 'claimPropertySets'),
        effective: claimPropertySetsAt(raw, 'status', 'claimPropertySets'),
        provisioner: wordAt(raw, 'status', 'provisioner'),
        ...appliedBy(raw),
      })
    );
  },
};
