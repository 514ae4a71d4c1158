import {
  formatBytes,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate } from '../changePlan';
import { OTHER_NODES } from '../paths/localPathValues';
import { becauseOf } from '../paths/nodeBoundary';
import { shownNames } from '../shownNames';
import type { BackendRequest } from './backendRequest';
import { CANARY_NAMESPACE, canaryName, driverOf } from './backendManifests';
import {
  isAskedFor,
  liveClass,
  localPathRelease,
  openStage,
  volumesOfOthers,
} from './liveBackend';
import { shortTenants } from './swapHeadroom';

type State = ChangeGate['state'];
type Judged = [state: State, detail: string];

function gate(id: string, title: string, [state, detail]: Judged): ChangeGate {
  return { id, title, state, detail };
}

function unseen(
  what: string,
  list: { sight: string; because: string | null },
): Judged {
  return ['unknown', `${what} can't be seen${becauseOf(list)}.`];
}

/** The driver is registered with the under cluster. */
export function driverThere(driver: string, facts: UnderClusterFacts): Judged {
  const { csiDrivers } = facts;
  if (csiDrivers.sight === 'unknown') return unseen('CSIDrivers', csiDrivers);
  const found = csiDrivers.items.find(({ name }) => name === driver);
  if (!found) return ['failed', `There is no CSIDriver ${driver}.`];
  return found.deletedAt === null
    ? ['passed', `The CSIDriver ${driver} is there.`]
    : ['failed', `The CSIDriver ${driver} is being deleted.`];
}

/** The driver's node plugin runs wherever tenants' volumes may be used. */
function driverOnWorkers(driver: string, facts: UnderClusterFacts): Judged {
  const { nodes, csiNodes } = facts;
  if (nodes.sight !== 'known') return unseen('Nodes', nodes);
  if (csiNodes.sight === 'unknown') return unseen('CSINodes', csiNodes);
  const workers = nodes.items.filter(
    ({ controlPlane, unschedulable }) => !controlPlane && !unschedulable,
  );
  if (workers.length === 0) {
    return ['failed', 'There is no worker that pods can be scheduled on.'];
  }
  const without = workers
    .map(({ name }) => name)
    .filter(
      name =>
        !csiNodes.items.some(
          ({ node, drivers }) => node === name && drivers.includes(driver),
        ),
    );
  return without.length === 0
    ? ['passed', `It is on all ${workers.length} schedulable workers.`]
    : ['failed', `${driver} is not registered on ${without.join(', ')}.`];
}

/** The driver has made a volume. */
function canaryBound(
  { backend }: BackendRequest,
  facts: UnderClusterFacts,
): Judged {
  const { claims, storageClasses } = facts;
  if (claims.sight === 'unknown') return unseen('Claims', claims);
  const name = canaryName(facts.storageClass, backend);
  const found = claims.items.find(
    each => each.namespace === CANARY_NAMESPACE && each.name === name,
  );
  if (!found) {
    return ['failed', `There is no claim ${CANARY_NAMESPACE}/${name}.`];
  }
  if (found.storageClass !== name) {
    return ['failed', `The claim ${name} is of another class.`];
  }
  const madeBy =
    found.provisionedBy ??
    storageClasses.items.find(each => each.name === name)?.provisioner;
  const driver = driverOf(backend);
  if (madeBy !== undefined && madeBy !== driver) {
    // Drivers of vendors share a canary's name.
    return [
      'failed',
      `The claim ${CANARY_NAMESPACE}/${name} is of ${madeBy}, and tells nothing of ${driver}: take its class and the claim out of Git, and install again.`,
    ];
  }
  return found.phase === 'Bound'
    ? ['passed', `The claim ${CANARY_NAMESPACE}/${name} is bound.`]
    : [
        'failed',
        `The claim ${CANARY_NAMESPACE}/${name} is ${found.phase ?? 'new'}.`,
      ];
}

/** What is being made of the class now, or waits to be. */
export function underWayOf(facts: UnderClusterFacts) {
  return facts.underWay.items.filter(
    ({ storageClass, namespace }) =>
      namespace !== CANARY_NAMESPACE &&
      (storageClass === null || storageClass === facts.storageClass),
  );
}

export function shownUnderWay(facts: UnderClusterFacts): string {
  return shownNames(
    underWayOf(facts).map(
      ({ kind, namespace, name, phase }) =>
        `${kind} ${namespace}/${name} (${phase ?? 'new'})`,
    ),
    4,
  );
}

function nothingUnderWay(
  request: BackendRequest,
  facts: UnderClusterFacts,
): Judged {
  if (facts.underWay.sight === 'unknown') {
    return request.confirmUnderWay
      ? ['passed', "It can't be seen; the requester accepts it."]
      : unseen('What is being created', facts.underWay);
  }
  const { length } = underWayOf(facts);
  if (length === 0) return ['passed', 'Nothing is.'];
  return request.confirmUnderWay
    ? ['passed', `${length} are; the requester accepts that they wait.`]
    : ['failed', `${shownUnderWay(facts)}.`];
}

function headroom(request: BackendRequest, facts: UnderClusterFacts): Judged {
  if (request.confirmHeadroom) return ['passed', 'The requester accepts it.'];
  if (facts.tenants.sight !== 'known') return unseen('Tenants', facts.tenants);
  const { short, unknown } = shortTenants(request, facts);
  if (short.length > 0) {
    return [
      'failed',
      `${shownNames(
        short.map(
          ({ name, free, needed }) =>
            `${name} (${formatBytes(free)} free, ${formatBytes(
              needed,
            )} needed)`,
        ),
      )} have not.`,
    ];
  }
  return unknown.length > 0
    ? ['unknown', `It is not known of ${shownNames(unknown)}.`]
    : ['passed', 'All have.'];
}

function claimReviewed(
  request: BackendRequest,
  facts: UnderClusterFacts,
): Judged {
  const open = openStage(facts, 'claim', request);
  if (!open) {
    return [
      'failed',
      'No request for the claim is open: until it is merged, no tenant can create a volume.',
    ];
  }
  if (open.merged)
    return [
      'failed',
      'The claim is merged already, so that two make the class in Git: take it back first.',
    ];
  return open.state === 'approved'
    ? ['passed', 'It is approved.']
    : ['failed', `The claim is ${open.state}, and not approved yet.`];
}

/** Helm does what Git says: otherwise the name is not let go of, or it is taken away again later. */
function localPathReady(facts: UnderClusterFacts): Judged {
  if (facts.helmReleases.sight === 'notInstalled') {
    return ['passed', 'There are no HelmReleases; the class itself tells.'];
  }
  if (facts.helmReleases.sight === 'unknown') {
    return unseen('HelmReleases', facts.helmReleases);
  }
  const release = localPathRelease(facts);
  if (!release) {
    return ['unknown', 'Which HelmRelease renders local-path is not known.'];
  }
  const name = `HelmRelease ${release.namespace}/${release.name}`;
  if (release.suspended) return ['failed', `${name} is suspended.`];
  if (release.generationObserved === false) {
    return ['failed', `${name} has not been looked at since it changed.`];
  }
  if (release.ready === 'True') return ['passed', `${name} is ready.`];
  return [
    release.ready === 'False' ? 'failed' : 'unknown',
    `${name} is not ready${release.message ? `: ${release.message}` : '.'}`,
  ];
}

function classGone(request: BackendRequest, facts: UnderClusterFacts): Judged {
  const { storageClasses, storageClass } = facts;
  if (storageClasses.sight !== 'known') {
    return unseen('Classes', storageClasses);
  }
  const live = liveClass(facts);
  const release = openStage(facts, 'release', request);
  if (!live && release && !release.merged) {
    // Whoever deleted it, what makes it in Git makes it again, and takes the new one away by its name.
    return [
      'failed',
      `There is no class ${storageClass}, but Git still makes it: the release is ${release.state}, and not merged yet.`,
    ];
  }
  if (!live) return ['passed', `There is no class ${storageClass}.`];
  return isAskedFor(request, facts, live.provisioner) === true
    ? ['passed', `${live.provisioner} serves it already.`]
    : [
        'failed',
        release
          ? `${live.provisioner} still serves it, until the release is merged and applied.`
          : `${live.provisioner} still serves it.`,
      ];
}

/** For the way back: local-path can make volumes of the class as soon as it has it. */
function localPathMapped(facts: UnderClusterFacts): Judged {
  const { localPathMaps, storageClass } = facts;
  if (localPathMaps.sight !== 'known') {
    return unseen("Local-path's ConfigMap", localPathMaps);
  }
  const map = localPathMaps.items.find(
    each => each.storageClass === storageClass,
  );
  if (map?.sharedFileSystemPath) {
    return ['passed', `It has ${map.sharedFileSystemPath} on every node.`];
  }
  const mapped = (map?.nodePaths ?? [])
    .filter(({ paths }) => paths.length > 0)
    .map(({ node }) => node);
  const { nodes } = facts;
  const outside = mapped.filter(
    node =>
      node === OTHER_NODES ||
      nodes.items.some(
        ({ name, controlPlane }) => name === node && controlPlane,
      ),
  );
  if (outside.length > 0) {
    return [
      'failed',
      `It has ${outside.join(
        ', ',
      )} for ${storageClass}: volumes of tenants would be made outside the workers that are listed.`,
    ];
  }
  const there = mapped.filter(
    node =>
      nodes.sight !== 'known' || nodes.items.some(({ name }) => name === node),
  );
  return there.length > 0
    ? ['passed', `It has ${there.join(', ')}.`]
    : ['failed', `It has no node for ${storageClass} that is there.`];
}

function classServed(
  request: BackendRequest,
  facts: UnderClusterFacts,
): Judged {
  const { storageClasses, storageClass } = facts;
  if (storageClasses.sight !== 'known') {
    return unseen('Classes', storageClasses);
  }
  const live = liveClass(facts);
  if (!live) return ['failed', `There is no class ${storageClass}.`];
  switch (isAskedFor(request, facts, live.provisioner)) {
    case true:
      return ['passed', `${live.provisioner} serves it.`];
    case false:
      return ['failed', `${live.provisioner} serves it.`];
    default:
      return ['unknown', `${live.provisioner} serves it, whatever that is.`];
  }
}

function noVolumesLeft(
  request: BackendRequest,
  facts: UnderClusterFacts,
): Judged {
  if (facts.volumes.sight !== 'known') return unseen('Volumes', facts.volumes);
  const { count, bytes, provisioners } = volumesOfOthers(request, facts);
  return count === 0
    ? ['passed', 'There is none.']
    : [
        'failed',
        `${count} volumes (${formatBytes(bytes)}) of ${provisioners.join(
          ', ',
        )} are left.`,
      ];
}

/** The driver works: what has to be so before the class is taken from what serves it now. */
export function driverGates(
  request: BackendRequest,
  facts: UnderClusterFacts,
): ChangeGate[] {
  const driver = driverOf(request.backend);
  if (driver === undefined) {
    return [
      gate(
        'localPathMapped',
        'Local-path has nodes for the class',
        localPathMapped(facts),
      ),
    ];
  }
  return [
    gate('driverThere', 'The driver is there', driverThere(driver, facts)),
    gate(
      'driverOnWorkers',
      'The driver runs on every worker',
      driverOnWorkers(driver, facts),
    ),
    gate(
      'canaryBound',
      'The driver has made a volume',
      canaryBound(request, facts),
    ),
  ];
}

/** Whether all gates of a list are open. */
export function shut(gates: readonly ChangeGate[]): ChangeGate[] {
  return gates.filter(({ state }) => state !== 'passed');
}

/** What must be so in the under cluster before a stage is merged. */
export function gatesOf(
  request: BackendRequest,
  facts: UnderClusterFacts,
): ChangeGate[] {
  const { backend, stage } = request;
  const driver = driverOf(backend);
  const ready = gate(
    'localPathReady',
    "Local-path's release is ready",
    localPathReady(facts),
  );
  switch (stage) {
    case 'install':
      return backend.name === 'csi' || backend.name === 'rook-ceph'
        ? [
            gate(
              'driverThere',
              'The driver is there',
              driverThere(driver ?? '', facts),
            ),
          ]
        : [];
    case 'release':
      return [
        ...driverGates(request, facts),
        ready,
        gate(
          'nothingUnderWay',
          'No volume is being created',
          nothingUnderWay(request, facts),
        ),
        ...(driver === undefined
          ? []
          : [
              gate(
                'headroom',
                'Tenants have room for creating volumes the new way',
                headroom(request, facts),
              ),
            ]),
        gate(
          'claimReviewed',
          'The claim is ready to be merged after it',
          claimReviewed(request, facts),
        ),
      ];
    case 'claim':
      return [
        gate(
          'classGone',
          `The class ${facts.storageClass} is let go of`,
          classGone(request, facts),
        ),
        ready,
        ...driverGates(request, facts),
      ];
    default:
      return [
        gate(
          'classServed',
          `${facts.storageClass} is served by what was asked for`,
          classServed(request, facts),
        ),
        gate(
          'noVolumesLeft',
          'No volume is left on the old backend',
          noVolumesLeft(request, facts),
        ),
      ];
  }
}
