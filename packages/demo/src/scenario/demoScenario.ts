import { resolve } from 'node:path';
import {
  KubeObject,
  loadScenario,
  PLATFORM_DEFINITIONS,
} from '@kmetal/under-cluster';
import { ownerLabels } from '../flux/applyManifests';
import { packageFolder } from '../packageFolder';
import { usedOf } from './quotaUse';
import { expandTenantCluster, isTenantCluster } from './tenantCluster';
import { uidOf } from './uid';
import { Backend } from './volume';

/** The under clusters of the demo, each a folder of `scenarios/`. */
export const demoUnderClusters = [
  { name: 'muc-1', title: 'Munich 1' },
  { name: 'fra-2', title: 'Frankfurt 2' },
] as const;

const SCENARIOS = resolve(packageFolder, 'scenarios');

/** The StorageClass that tenants' volumes are carved out of. */
export const TENANT_CLASS = 'tenant-storage-class';

/**
 * The Kubernetes objects of one of the demo's under clusters, as of `now`: the folder's files with their shorthand
 * expanded, quotas counted, and the same uids at every start.
 */
export async function loadDemoScenario(
  underCluster: string,
  now: Date = new Date(),
): Promise<KubeObject[]> {
  const written = await loadScenario(resolve(SCENARIOS, underCluster), now);
  const backend = backendOf(underCluster, written);
  const objects = written
    .flatMap(object =>
      isTenantCluster(object)
        ? expandTenantCluster(
            object,
            backend,
            written.some(
              ({ kind, metadata }) =>
                kind === 'Deployment' &&
                metadata.namespace === object.metadata.namespace &&
                metadata.name ===
                  `kubevirt-csi-controller-${object.metadata.name}`,
            ),
          )
        : [object],
    )
    .map(object => withUid(underCluster, object))
    .map(ofFleet);
  return objects.map(object => {
    switch (object.kind) {
      case 'ResourceQuota':
        return {
          ...object,
          status: { hard: object.spec.hard, used: usedOf(object, objects) },
        };
      case 'PersistentVolumeClaim':
        return withOwner(object, objects);
      default:
        return object;
    }
  });
}

/** A claim belongs to the DataVolume of its name, if it does not say otherwise. */
function withOwner(
  claim: KubeObject,
  objects: readonly KubeObject[],
): KubeObject {
  const { name, namespace, ownerReferences } = claim.metadata;
  const owner = objects.find(
    ({ kind, metadata }) =>
      kind === 'DataVolume' &&
      metadata.namespace === namespace &&
      metadata.name === name,
  );
  if (!owner || ownerReferences) {
    return claim;
  }
  return {
    ...claim,
    metadata: {
      ...claim.metadata,
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name,
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
  };
}

/** Namespaces and quotas come from the fleet repository: Flux has labelled them. */
function ofFleet(object: KubeObject): KubeObject {
  if (object.kind !== 'Namespace' && object.kind !== 'ResourceQuota') {
    return object;
  }
  const { labels, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      name: metadata.name,
      labels: {
        ...labels,
        ...ownerLabels({ name: 'tenants', namespace: 'flux-system' }),
      },
    },
  };
}

function withUid(underCluster: string, object: KubeObject): KubeObject {
  const { kind, metadata } = object;
  const uid = uidOf(
    underCluster,
    kind,
    metadata.namespace ?? '',
    metadata.name,
  );
  return { ...object, metadata: { uid, ...metadata } };
}

/** Groups of kinds that the demo's under clusters know, though there may be nothing of them yet; Rook's are where Rook is. */
const INSTALLED: Record<string, string[]> = {
  'muc-1': [
    'helm.toolkit.fluxcd.io',
    'snapshot.storage.k8s.io',
    'source.toolkit.fluxcd.io',
    'velero.io',
  ],
  'fra-2': ['ceph.rook.io', 'snapshot.storage.k8s.io', 'velero.io'],
};

/** The definitions of the kinds that are installed in an under cluster of the demo. */
export function installedDefinitions(underCluster: string): KubeObject[] {
  return PLATFORM_DEFINITIONS.filter(({ spec }) =>
    INSTALLED[underCluster]?.includes(spec.group),
  );
}

/** How an under cluster with these objects makes tenants' volumes. */
export function backendOf(
  underCluster: string,
  objects: readonly KubeObject[],
): Backend {
  const find = (kind: string, name: string) => {
    const found = objects.find(
      object => object.kind === kind && object.metadata.name === name,
    );
    if (!found) {
      throw new Error(`The scenario of ${underCluster} has no ${kind} ${name}`);
    }
    return found;
  };
  const { provisioner } = find('StorageClass', TENANT_CLASS);
  const overhead: string = find('CDIConfig', 'config').status.filesystemOverhead
    .global;
  return {
    underCluster,
    storageClass: TENANT_CLASS,
    provisioner,
    csi: objects.some(
      ({ kind, metadata }) =>
        kind === 'CSIDriver' && metadata.name === provisioner,
    ),
    nodes: objects
      .filter(({ kind, spec, status }) => {
        const ready = (condition: { type: string; status: string }) =>
          condition.type === 'Ready' && condition.status === 'True';
        return (
          kind === 'Node' && !spec?.taints && status.conditions.some(ready)
        );
      })
      .map(({ metadata }) => metadata.name),
    overheadPerMille: BigInt(Math.round(Number(overhead) * 1000)),
  };
}
