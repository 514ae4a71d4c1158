import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { isLocalPathClass } from '../provisioner';
import { readBackend, type BackendRequest, type Stage } from './backendRequest';
import { driverOf } from './backendManifests';

export type LiveClass = UnderClusterFacts['storageClasses']['items'][number];

/** The tenants' class as it is live; undefined if there is none, or if classes can't be seen. */
export function liveClass(facts: UnderClusterFacts): LiveClass | undefined {
  return facts.storageClasses.items.find(
    ({ name }) => name === facts.storageClass,
  );
}

/** The provisioner's own name, as a class of it says; undefined if none is live. */
export function localProvisioner(facts: UnderClusterFacts): string | undefined {
  const classes = facts.storageClasses.items.filter(each =>
    isLocalPathClass(facts, each),
  );
  return (classes.find(({ name }) => name === 'local-path') ?? classes.at(0))
    ?.provisioner;
}

/** Whether a provisioner is what the request asks for; undefined if it can't be told. */
export function isAskedFor(
  request: BackendRequest,
  facts: UnderClusterFacts,
  provisioner: string,
): boolean | undefined {
  const driver = driverOf(request.backend);
  if (driver !== undefined) return provisioner === driver;
  if (
    isLocalPathClass(facts, { name: facts.storageClass, provisioner }) ||
    provisioner === localProvisioner(facts)
  ) {
    return true;
  }
  if (facts.csiDrivers.sight === 'known') {
    // What has a CSIDriver is not local-path; what has none may be one under a name of its own.
    return facts.csiDrivers.items.some(({ name }) => name === provisioner)
      ? false
      : undefined;
  }
  return undefined;
}

/** Whether a recorded request is for the same driver: two vendors are both `csi`. */
function isForDriver(
  input: Record<string, unknown>,
  driver: string | undefined,
): boolean {
  try {
    return driverOf(readBackend(input).backend) === driver;
  } catch (error) {
    // Another version of the portal recorded it.
    if (error instanceof GitOpsError) return false;
    throw error;
  }
}

/** A request for another stage of the same swap that is open, or merged and not yet live. */
export function openStage(
  facts: UnderClusterFacts,
  stage: Stage,
  { backend }: Pick<BackendRequest, 'backend'>,
): UnderClusterFacts['openChanges'][number] | undefined {
  return facts.openChanges.find(
    ({ change, input }) =>
      change === 'backend' &&
      input.stage === stage &&
      input.to === backend.name &&
      isForDriver(input, driverOf(backend)),
  );
}

/** PersistentVolumes of the class that something else than the asked-for backend made, or that do not say who did. */
export function volumesOfOthers(
  request: BackendRequest,
  facts: UnderClusterFacts,
): {
  count: number;
  bytes: bigint;
  provisioners: string[];
} {
  const left = facts.volumes.items.filter(
    each =>
      each.storageClass === facts.storageClass &&
      each.count > 0 &&
      (each.provisionedBy === null ||
        isAskedFor(request, facts, each.provisionedBy) !== true),
  );
  return {
    count: left.reduce((sum, { count }) => sum + count, 0),
    bytes: left.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n),
    provisioners: [
      ...new Set(left.map(({ provisionedBy }) => provisionedBy ?? 'unknown')),
    ],
  };
}

/** The HelmRelease that renders local-path: by the labels of what it rendered, or by its chart. */
export function localPathRelease(
  facts: UnderClusterFacts,
): UnderClusterFacts['helmReleases']['items'][number] | undefined {
  const rendered = [
    ...facts.localPathMaps.items.filter(
      ({ storageClass }) => storageClass === facts.storageClass,
    ),
    ...facts.localPathMaps.items,
  ];
  for (const { labels } of rendered) {
    const name = labels['helm.toolkit.fluxcd.io/name'];
    const namespace = labels['helm.toolkit.fluxcd.io/namespace'];
    const found = facts.helmReleases.items.find(
      each => each.name === name && each.namespace === namespace,
    );
    if (found) return found;
  }
  const byChart = facts.helmReleases.items.filter(
    ({ chart }) => chart?.split('/').at(-1) === 'local-path-provisioner',
  );
  return byChart.length === 1 ? byChart[0] : undefined;
}
