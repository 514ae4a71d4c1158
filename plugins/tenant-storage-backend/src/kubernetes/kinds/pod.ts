import type { ContainerRecord } from '../../inventory/records';
import {
  messageAt,
  metadataOf,
  numberAt,
  objectsAt,
  textAt,
  textMapAt,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

function containerOf(status: RawObject): ContainerRecord {
  // Only what holds now: `lastState` is what ended it the time before.
  const states = [
    ['state', 'waiting'],
    ['state', 'terminated'],
  ];
  const at = states.find(path => wordAt(status, ...path, 'reason'));
  return withoutAbsent({
    name: wordAt(status, 'name') ?? '',
    ready: trueAt(status, 'ready'),
    restarts: numberAt(status, 'restartCount') ?? 0,
    reason: at && wordAt(status, ...at, 'reason'),
    message: at && messageAt(status, ...at, 'message'),
  });
}

/** Only those of the CSI controllers. */
export const pod: WatchedKind<'Pod'> = {
  name: 'Pod',
  group: '',
  version: 'v1',
  plural: 'pods',
  namespaced: true,
  part: 'base',
  builtIn: true,
  labelSelector: settings => settings.csiControllerSelector,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        labels: textMapAt(raw, 'metadata', 'labels'),
        phase: wordAt(raw, 'status', 'phase'),
        node: textAt(raw, 'spec', 'nodeName'),
        containers: [
          ...objectsAt(raw, 'status', 'initContainerStatuses'),
          ...objectsAt(raw, 'status', 'containerStatuses'),
        ].map(containerOf),
      })
    );
  },
};
