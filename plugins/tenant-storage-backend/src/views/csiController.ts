import type { CsiController } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { DeploymentRecord, PodRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { isKnown } from './freshness';

const MESSAGE_LENGTH = 300;

function isSelected(pod: PodRecord, deployment: DeploymentRecord): boolean {
  const selector = Object.entries(deployment.selector);
  return (
    selector.length > 0 &&
    selector.every(([label, value]) => pod.labels[label] === value)
  );
}

/**
 * The pods of a controller. The selectors of several tenant clusters' controllers may be the same (`app=kubevirt-csi-controller`), so
 * among those that select a pod the one whose name the pod's name goes on from counts, the longest such name first.
 */
function podsOf(
  cluster: ClusterInventory,
  tenant: string,
  deployment: DeploymentRecord,
): PodRecord[] {
  const deployments = [...cluster.inNamespace('Deployment', tenant)];
  const pods: PodRecord[] = [];
  for (const pod of cluster.inNamespace('Pod', tenant)) {
    if (!isSelected(pod, deployment)) {
      continue;
    }
    const [owner] = deployments
      .filter(
        each => isSelected(pod, each) && pod.name.startsWith(`${each.name}-`),
      )
      .sort((a, b) => b.name.length - a.name.length);
    if (owner === undefined || owner.name === deployment.name) {
      pods.push(pod);
    }
  }
  return pods.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The kubevirt-csi-controller of a tenant cluster. */
export function csiControllerView(
  cluster: ClusterInventory,
  tenant: string,
  tenantCluster: string,
): CsiController {
  const name = `${cluster.settings.csiControllerNamePrefix}${tenantCluster}`;
  if (!isKnown(cluster, 'Deployment')) {
    return {
      state: 'unknown',
      name: null,
      ready: null,
      desired: null,
      containers: [],
    };
  }
  const deployment = cluster.get('Deployment', tenant, name);
  if (!deployment) {
    return {
      state: 'missing',
      name: null,
      ready: null,
      desired: null,
      containers: [],
    };
  }
  const { ready, desired } = deployment;
  const isWhole = desired > 0 && ready >= desired;
  const containers = podsOf(cluster, tenant, deployment)
    .filter(pod => pod.deletedAt === undefined)
    .flatMap(pod =>
      pod.containers
        .filter(container => !container.ready)
        .map(container => ({
          pod: pod.name,
          container: container.name,
          reason: container.reason ?? null,
          message: container.message?.slice(0, MESSAGE_LENGTH) ?? null,
          restarts: container.restarts,
        })),
    );
  let state: CsiController['state'] = 'degraded';
  if (ready === 0) state = 'down';
  else if (isWhole) state = 'ready';
  return {
    state,
    name,
    ready,
    desired,
    // While a new version is rolled out, containers that start are no trouble.
    containers: isWhole ? [] : containers,
  };
}
