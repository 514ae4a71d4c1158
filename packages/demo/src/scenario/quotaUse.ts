import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { KubeObject } from '@kmetal/under-cluster';

const OF_CLASS = '.storageclass.storage.k8s.io/';

/**
 * What Kubernetes' quota controller would write into a quota's status.used: every claim of the namespace counts, in any
 * phase and whoever made it.
 */
export function usedOf(
  quota: KubeObject,
  objects: readonly KubeObject[],
): Record<string, string> {
  const claims = objects.filter(
    ({ kind, metadata }) =>
      kind === 'PersistentVolumeClaim' &&
      metadata.namespace === quota.metadata.namespace,
  );
  const used = (key: string): string => {
    const [className, ofClass] = key.includes(OF_CLASS)
      ? key.split(OF_CLASS)
      : [undefined, key];
    const counted = claims.filter(
      ({ spec }) =>
        className === undefined || spec.storageClassName === className,
    );
    return ofClass === 'requests.storage'
      ? `${counted.reduce((sum, claim) => sum + chargedTo(claim), 0n)}`
      : `${counted.length}`;
  };
  return Object.fromEntries(
    Object.keys(quota.spec.hard).map(key => [key, used(key)]),
  );
}

function chargedTo(claim: KubeObject): bigint {
  const requested = parseQuantity(claim.spec.resources.requests.storage);
  const allocated = claim.status?.allocatedResources?.storage;
  const bytes = allocated === undefined ? 0n : parseQuantity(allocated);
  return bytes > requested ? bytes : requested;
}
