import {
  conditionsOf,
  metadataOf,
  objectAt,
  trueAt,
  withoutAbsent,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Their values are empty, as a rule. `master` is what it was called before Kubernetes 1.24. */
const CONTROL_PLANE = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
];

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
    const labels = objectAt(raw, 'metadata', 'labels');
    return withoutAbsent({
      ...metadata,
      ready: ready === undefined ? undefined : ready === 'True',
      controlPlane:
        CONTROL_PLANE.some(label => Object.hasOwn(labels, label)) || undefined,
      unschedulable: trueAt(raw, 'spec', 'unschedulable'),
      diskPressure: status('DiskPressure') === 'True',
    });
  },
};
