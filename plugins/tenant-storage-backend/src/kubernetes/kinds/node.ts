import { conditionsOf, metadataOf, trueAt, withoutAbsent } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const node: WatchedKind<'Node'> = {
  name: 'Node',
  group: '',
  version: 'v1',
  plural: 'nodes',
  namespaced: false,
  part: 'base',
  builtIn: true,
  reduce(raw) {
    const metadata = metadataOf(raw);
    if (!metadata) return undefined;
    const status = (type: string) =>
      conditionsOf(raw).find(condition => condition.type === type)?.status;
    const ready = status('Ready');
    return withoutAbsent({
      ...metadata,
      ready: ready === undefined ? undefined : ready === 'True',
      unschedulable: trueAt(raw, 'spec', 'unschedulable'),
      diskPressure: status('DiskPressure') === 'True',
    });
  },
};
