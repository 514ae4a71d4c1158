import type { ConfigMapRecord } from '../../inventory/records';
import { appliedBy } from './appliedBy';
import {
  isObject,
  metadataOf,
  objectAt,
  objectsAt,
  textAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

type PathMap = NonNullable<ConfigMapRecord['maps']>[number];

function pathMapOf(raw: RawObject, storageClass?: string): PathMap {
  return withoutAbsent({
    storageClass,
    nodePaths: objectsAt(raw, 'nodePathMap').flatMap(entry => {
      const node = wordAt(entry, 'node');
      return node === undefined
        ? []
        : [{ node, paths: wordsAt(entry, 'paths') }];
    }),
    sharedFileSystemPath: textAt(raw, 'sharedFileSystemPath'),
  });
}

/**
 * `config.json` of the provisioner (rancher/local-path-provisioner, `ConfigData`): a map for each class or, without any, one for all.
 *
 * @returns null if it is not there or no JSON.
 */
function mapsOf(raw: RawObject): ConfigMapRecord['maps'] {
  let config: unknown;
  try {
    config = JSON.parse(textAt(raw, 'data', 'config.json') ?? '');
  } catch {
    return null;
  }
  if (!isObject(config)) return null;
  const classes = Object.entries(objectAt(config, 'storageClassConfigs'));
  return classes.length > 0
    ? classes.map(([name, each]) => pathMapOf(isObject(each) ? each : {}, name))
    : [pathMapOf(config)];
}

/** local-path's own, by its name; no other ConfigMap is read. */
export const configMap: WatchedKind<'ConfigMap'> = {
  name: 'ConfigMap',
  group: '',
  version: 'v1',
  plural: 'configmaps',
  namespaced: true,
  part: 'local-path',
  builtIn: true,
  within: ({ localPath }) => ({
    namespace: localPath.namespace,
    name: localPath.configMap,
  }),
  reduce(raw, { localPath }) {
    const metadata = metadataOf(raw);
    // Whatever the API server makes of the selector, no other is kept.
    const isLocalPaths =
      metadata?.name === localPath.configMap &&
      metadata.namespace === localPath.namespace;
    return isLocalPaths
      ? withoutAbsent({
          ...metadata,
          maps: mapsOf(raw),
          ...appliedBy(raw),
        })
      : undefined;
  },
};
