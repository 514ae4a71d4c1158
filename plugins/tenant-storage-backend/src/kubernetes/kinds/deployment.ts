import { metadataOf, numberAt, textMapAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Only those of the CSI controllers. */
export const deployment: WatchedKind<'Deployment'> = {
  name: 'Deployment',
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  namespaced: true,
  part: 'base',
  builtIn: true,
  labelSelector: settings => settings.csiControllerSelector,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata && {
        ...metadata,
        desired: numberAt(raw, 'spec', 'replicas') ?? 1,
        ready: numberAt(raw, 'status', 'readyReplicas') ?? 0,
        selector: textMapAt(raw, 'spec', 'selector', 'matchLabels'),
      }
    );
  },
};
