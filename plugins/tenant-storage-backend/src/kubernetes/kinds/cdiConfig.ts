import { metadataOf, textMapAt, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const cdiConfig: WatchedKind<'CDIConfig'> = {
  name: 'CDIConfig',
  group: 'cdi.kubevirt.io',
  version: 'v1beta1',
  plural: 'cdiconfigs',
  namespaced: false,
  part: 'base',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        overheadGlobal: wordAt(raw, 'status', 'filesystemOverhead', 'global'),
        overheadByClass: textMapAt(
          raw,
          'status',
          'filesystemOverhead',
          'storageClass',
        ),
      })
    );
  },
};
