import {
  formatBytes,
  type ChangeImpact,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { refuseImpossibleSets, shownSets } from '../claimPropertySets';
import { becauseOf } from '../paths/nodeBoundary';
import { percentOf } from '../percentOf';
import { cdiChoicesOf, modesOf } from '../provisioner';
import { shownNames } from '../shownNames';
import type { Planning } from '../storageChange';
import type { BackendRequest } from './backendRequest';
import { canaryName, driverOf, parametersOf, TITLES } from './backendManifests';
import { shownUnderWay, underWayOf } from './backendGates';
import {
  isAskedFor,
  liveClass,
  localPathRelease,
  localProvisioner,
  volumesOfOthers,
} from './liveBackend';
import { creationCost, shortTenants, volumeModeNow } from './swapHeadroom';

const EXAMPLE = 10n * 2n ** 30n;

function volumes(count: number): string {
  return count === 1 ? '1 volume' : `${count} volumes`;
}

/** What is pinned must be what the new backend can do, and what the under cluster lets importers do. */
export function judgePin({
  request,
  refuse,
  warn,
}: Planning<BackendRequest>): void {
  const { backend, claimPropertySets } = request;
  const driver = driverOf(backend) ?? '';
  refuseImpossibleSets(
    claimPropertySets,
    {
      provisioner: driver,
      can: modesOf(driver, backend.name === 'local-path'),
      who: backend.name === 'csi' ? driver : TITLES[backend.name],
    },
    refuse,
  );
  const block = claimPropertySets.findIndex(
    ({ volumeMode }) => volumeMode === 'Block',
  );
  if (block >= 0 && !request.confirmBlock) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmBlock',
      problem:
        "Volumes would be raw devices (Block), and whether containerd's device_ownership_from_security_context is on can't be seen: without it, every importer fails with Permission denied.",
      remedy:
        'Look at the configuration of containerd on every worker, and then set confirmBlock; or pin Filesystem.',
    });
  } else if (block >= 0) {
    warn(
      'rawBlock',
      "Volumes are raw devices: that containerd's device_ownership_from_security_context is on, on every worker, is the requester's word.",
    );
  }
  if (backend.name === 'csi') {
    const parameters = Object.fromEntries(
      backend.parameters.map(({ name, value }) => [name, value]),
    );
    const first = cdiChoicesOf(backend.provisioner, parameters)?.at(0);
    const [pin] = claimPropertySets;
    if (
      first &&
      (first.accessMode !== pin.accessModes[0] ||
        first.volumeMode !== pin.volumeMode)
    ) {
      warn(
        'pinDecides',
        `Without the pin, CDI would make ${first.accessMode}/${first.volumeMode} volumes with ${backend.provisioner}; the pin says ${pin.accessModes[0]}/${pin.volumeMode}, and has to stay.`,
      );
    }
  }
}

/** Copies of a volume on fewer nodes are never complete. */
export function judgeReplicas({
  request,
  facts,
  refuse,
  warn,
}: Planning<BackendRequest>): void {
  const { backend } = request;
  if (backend.name !== 'longhorn') return;
  const field = 'longhorn.replicas';
  if (facts.nodes.sight === 'known') {
    const workers = facts.nodes.items.filter(
      ({ controlPlane }) => !controlPlane,
    );
    if (backend.replicas > workers.length) {
      refuse({
        code: 'notSupported',
        field,
        problem: `${backend.replicas} copies of each volume need as many nodes, and there are ${workers.length} workers: every volume would be degraded for ever.`,
        remedy: `Ask for ${
          workers.length > 1 ? `${workers.length} copies or fewer` : '1 copy'
        }.`,
      });
    }
    return;
  }
  if (request.confirmReplicas) {
    warn(
      'replicasUnknown',
      `That there are ${backend.replicas} nodes for the copies of a volume is the requester's word: nodes can't be seen.`,
    );
    return;
  }
  refuse({
    code: 'confirmationMissing',
    field: 'confirmReplicas',
    problem: `Nodes can't be seen${becauseOf(
      facts.nodes,
    )}, so nobody knows whether there are ${
      backend.replicas
    } for the copies of a volume.`,
    remedy: 'Count them with kubectl get nodes, and then set confirmReplicas.',
  });
}

function judgeHeadroom({
  request,
  facts,
  refuse,
  warn,
}: Planning<BackendRequest>): void {
  if (request.backend.name === 'local-path') return;
  const cost = creationCost(request, facts);
  const because = `Creating a volume with a CSI driver needs its size twice for a moment${
    cost.overhead === '0'
      ? ''
      : `, each with ${percentOf(cost.overhead)} more for the file system${
          cost.overheadKnown ? '' : ' (the usual one; it is not known)'
        }`
  }`;
  const { short, unknown } = shortTenants(request, facts);
  const seen = facts.tenants.sight === 'known';
  if (seen && short.length + unknown.length === 0) return;
  const found = [
    ...(seen ? [] : [`tenants can't be seen${becauseOf(facts.tenants)}`]),
    ...(short.length > 0
      ? [
          `no room for one more of their largest: ${shownNames(
            short.map(
              ({ name, free, needed }) =>
                `${name} (${formatBytes(free)} free, ${formatBytes(
                  needed,
                )} needed)`,
            ),
          )}`,
        ]
      : []),
    ...(unknown.length > 0 ? [`not known of ${shownNames(unknown)}`] : []),
  ].join('; ');
  const problem = `${because}: ${found}.`;
  if (request.confirmHeadroom) {
    warn('headroomTooSmall', problem);
    return;
  }
  refuse({
    code: short.length > 0 ? 'headroomTooSmall' : 'confirmationMissing',
    field: 'confirmHeadroom',
    problem,
    remedy:
      'Raise their quotas first, with kmetal:storage:quota, or set confirmHeadroom.',
  });
}

function warnOfWhatStays({
  request,
  facts,
  warn,
}: Planning<BackendRequest>): void {
  if (facts.volumes.sight !== 'known') {
    warn(
      'volumesUnknown',
      `How many volumes stay where they are is not known: they can't be seen${becauseOf(
        facts.volumes,
      )}. A swap moves no data.`,
    );
    return;
  }
  const { count, bytes, provisioners } = volumesOfOthers(request, facts);
  if (count === 0) return;
  warn(
    'volumesStay',
    request.backend.name === 'local-path'
      ? `${volumes(count)} (${formatBytes(
          bytes,
        )}) stay with ${provisioners.join(
          ', ',
        )}, which has to keep running. A swap moves no data.`
      : `${volumes(count)} (${formatBytes(
          bytes,
        )}) stay with ${provisioners.join(
          ', ',
        )}: they can't be snapshotted or expanded, and still need local-path running, with the class in its map. A swap moves no data.`,
  );
}

/** Kustomizations that apply the class or its profile now, by the labels that Flux gives them. */
function appliers(facts: UnderClusterFacts): Set<string> {
  const { storageClass, storageClasses, storageProfiles } = facts;
  return new Set(
    [...storageClasses.items, ...storageProfiles.items]
      .filter(({ name }) => name === storageClass)
      .map(
        ({ labels }) =>
          `${labels['kustomize.toolkit.fluxcd.io/namespace']}/${labels['kustomize.toolkit.fluxcd.io/name']}`,
      ),
  );
}

function warnOfOthers({ facts, warn }: Planning<BackendRequest>): void {
  const defaults = facts.storageClasses.items
    .filter(({ isDefault, isDefaultVirt }) => isDefault || isDefaultVirt)
    .map(({ name }) => name);
  if (defaults.length > 0) {
    warn(
      'defaultClasses',
      `${
        defaults.length === 1 ? 'Default class is' : 'Default classes are'
      } ${defaults.join(
        ', ',
      )}: claims without a class, and disks of virtual machines, are made there. ${
        facts.storageClass
      } is not made a default.`,
    );
  }
  if (facts.snapshotClasses.sight === 'known') {
    const old = facts.snapshotClasses.items.map(
      ({ name, driver }) => `${name} (${driver})`,
    );
    if (old.length > 0) {
      warn(
        'snapshotClasses',
        `There are classes for snapshots: ${shownNames(
          old,
        )}. If the tenants' CSI driver enforces classes (infraStorageClassEnforcement), its mapping must name the one of the new backend.`,
      );
    }
  }
  if (facts.snapshotClasses.sight === 'unknown') {
    warn(
      'snapshotClassesUnknown',
      `Classes for snapshots can't be seen${becauseOf(
        facts.snapshotClasses,
      )}. If the tenants' CSI driver enforces classes (infraStorageClassEnforcement), its mapping must name one of the new backend.`,
    );
  }
  const release = localPathRelease(facts);
  if (release?.driftDetection === 'enabled') {
    warn(
      'driftDetection',
      `Flux corrects drift of HelmRelease ${release.namespace}/${release.name}: a class that is deleted by hand comes back. Only the merge lets go of it.`,
    );
  }
  if (facts.kustomizations.sight === 'unknown') {
    warn(
      'kustomizationsUnknown',
      `Flux's Kustomizations can't be seen${becauseOf(
        facts.kustomizations,
      )}: whether one is suspended, or deletes by force what it can't change, is not known.`,
    );
  }
  const appliedBy = appliers(facts);
  for (const each of facts.kustomizations.items) {
    const { namespace, name, force, suspended } = each;
    const kustomization = `Kustomization ${namespace}/${name}`;
    if (each.wait === false && appliedBy.has(`${namespace}/${name}`)) {
      warn(
        'doesNotWait',
        `${kustomization}, which applies the class or its profile, does not wait for what it applies: it is ready before the class works, and what depends on it goes on. Go by the class and the status of its profile.`,
      );
    }
    if (force === true) {
      warn(
        'forceSet',
        `${kustomization} has force: true: where Flux can't change an object, it deletes it first, the class too. Take it out.`,
      );
    }
    if (suspended) {
      warn(
        'suspended',
        `${kustomization} is suspended: Flux does not apply what is merged there.`,
      );
    }
  }
}

/** A canary tells of the class only as far as it is made alike. */
function warnOfOtherCanary({
  request: { backend },
  facts,
  warn,
}: Planning<BackendRequest>): void {
  if (backend.name === 'local-path') return;
  const name = canaryName(facts.storageClass, backend);
  const canary = facts.storageClasses.items.find(each => each.name === name);
  if (!canary) return;
  const wanted = parametersOf(backend);
  const different = [
    ...new Set([...Object.keys(wanted), ...Object.keys(canary.parameters)]),
  ].filter(key => wanted[key] !== canary.parameters[key]);
  if (different.length === 0) return;
  warn(
    'canaryOther',
    `The canary ${name} was made with other parameters than ${
      facts.storageClass
    } shall have (${shownNames(
      different,
    )}): that it is bound tells nothing of those.`,
  );
}

/** What is looked at before the class changes hands. */
export function preflight(planning: Planning<BackendRequest>): void {
  const { request, facts, warn } = planning;
  judgePin(planning);
  judgeReplicas(planning);
  warnOfOtherCanary(planning);
  judgeHeadroom(planning);
  warnOfWhatStays(planning);
  warnOfOthers(planning);
  if (facts.underWay.sight === 'unknown') {
    warn(
      'underWayUnknown',
      `Whether volumes are being created is not known${becauseOf(
        facts.underWay,
      )}.`,
    );
  } else if (underWayOf(facts).length > 0) {
    warn(
      'underWay',
      `Under way now: ${shownUnderWay(
        facts,
      )}. What is not done when the class goes waits until it is claimed${
        request.confirmUnderWay ? '' : ', so the gate stays shut until then'
      }.`,
    );
  }
}

/** What the swap means, before and after. */
export function swapImpact(
  request: BackendRequest,
  facts: UnderClusterFacts,
): ChangeImpact[] {
  const { storageClass } = facts;
  const live = liveClass(facts);
  const { backend } = request;
  const isLocal = backend.name === 'local-path';
  const cost = creationCost(request, facts);
  const charge = cost.charged(EXAMPLE);
  const usesLocal =
    live &&
    isAskedFor(
      { ...request, backend: { name: 'local-path', nodes: [] } },
      facts,
      live.provisioner,
    ) === true;
  const hasDriver =
    live &&
    facts.csiDrivers.items.some(({ name }) => name === live.provisioner);
  const modeNow = volumeModeNow(facts) ?? (usesLocal ? 'Filesystem' : null);
  const chargeNow =
    modeNow &&
    creationCost(
      {
        ...request,
        claimPropertySets: [{ accessModes: [], volumeMode: modeNow }],
      },
      facts,
    ).charged(EXAMPLE);
  const before =
    chargeNow && (usesLocal || hasDriver)
      ? formatBytes(hasDriver ? chargeNow * 2n : chargeNow)
      : null;
  const tenants = facts.tenants.items.map(({ name }) => name);
  const { short, unknown } = shortTenants(request, facts);
  const stays = volumesOfOthers(request, facts);
  const volumesSeen = facts.volumes.sight === 'known';
  const tenantsSeen = facts.tenants.sight === 'known';
  const modes = shownSets(request.claimPropertySets);
  const profile = facts.storageProfiles.items.find(
    ({ name }) => name === storageClass,
  );
  const serves = driverOf(backend) ?? localProvisioner(facts) ?? 'local-path';
  const pinnedNow =
    profile && profile.pinned.length > 0 ? shownSets(profile.pinned) : null;
  let servesAfter: string | null = serves;
  let servesNote = live ? null : 'The class is not there now, or not seen.';
  let pinAfter: string | null = modes;
  let pinNote =
    'CDI throws the profile away with the class; it is applied again with it.';
  if (request.stage === 'install') {
    servesAfter = live?.provisioner ?? null;
    servesNote = `It becomes ${serves} with the claim, not with this change.`;
    pinAfter = pinnedNow;
    pinNote = `It becomes ${modes} with the claim, not with this change.`;
  } else if (request.stage === 'release') {
    servesAfter = 'nothing';
    servesNote = `It becomes ${serves} with the claim; until then there is no class.`;
    pinAfter = null;
    pinNote = `CDI throws the profile away with the class; it becomes ${modes} with the claim.`;
  }
  return [
    {
      what: `What serves ${storageClass}`,
      before: live?.provisioner ?? null,
      after: servesAfter,
      note: servesNote,
    },
    {
      what: 'Pinned profile',
      before: pinnedNow,
      after: pinAfter,
      note: pinNote,
    },
    {
      what: 'Tenants affected',
      before: null,
      after: tenantsSeen ? `${tenants.length}` : null,
      note: tenantsSeen
        ? `${
            shownNames(tenants) || 'None'
          }. Between release and claim none of them can create a volume; those that are there go on working.`
        : `They can't be seen${becauseOf(facts.tenants)}.`,
    },
    {
      what: 'Quota needed while a 10Gi volume is created',
      before,
      after: formatBytes(cost.whileCreating(EXAMPLE)),
      note: `${formatBytes(charge)} once it is there${
        cost.overheadKnown ? '' : '; the overhead is not known, 0.06 is usual'
      }.`,
    },
    ...(isLocal
      ? []
      : [
          {
            what: 'Tenants without room for one more of their largest volume',
            before: null,
            after: tenantsSeen ? `${short.length}` : null,
            note:
              [
                ...(short.length > 0
                  ? [shownNames(short.map(({ name }) => name))]
                  : []),
                ...(unknown.length > 0
                  ? [`unknown: ${shownNames(unknown)}`]
                  : []),
              ].join('; ') || null,
          },
        ]),
    {
      what: 'Volumes on the old backend',
      before: volumesSeen
        ? `${stays.count} (${formatBytes(stays.bytes)})`
        : null,
      after: volumesSeen
        ? `${stays.count} (${formatBytes(stays.bytes)})`
        : null,
      note: volumesSeen
        ? 'They stay; the quotas count them as before.'
        : `They can't be seen${becauseOf(facts.volumes)}.`,
    },
    {
      what: 'Capacity',
      before: facts.capacity ? formatBytes(BigInt(facts.capacity.bytes)) : null,
      after: null,
      note: `Of the new backend it is not known${
        facts.quotaSum === null
          ? ''
          : `; quotas of all tenants add up to ${formatBytes(
              BigInt(facts.quotaSum),
            )}`
      }${
        backend.name === 'longhorn'
          ? `, and each byte takes ${backend.replicas} on disks`
          : ''
      }.`,
    },
  ];
}
