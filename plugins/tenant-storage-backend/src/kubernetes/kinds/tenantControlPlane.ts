import { metadataOf, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Nothing of spec, and not the name of its admin kubeconfig's Secret: neither is used. */
export const tenantControlPlane: WatchedKind<'TenantControlPlane'> = {
  name: 'TenantControlPlane',
  group: 'kamaji.clastix.io',
  version: 'v1alpha1',
  plural: 'tenantcontrolplanes',
  namespaced: true,
  part: 'base',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    const version = ['status', 'kubernetesResources', 'version'];
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        status: wordAt(raw, ...version, 'status'),
        version:
          wordAt(raw, ...version, 'version') ??
          wordAt(raw, 'spec', 'kubernetes', 'version'),
      })
    );
  },
};
