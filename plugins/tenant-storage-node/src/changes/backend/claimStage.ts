import { GitOpsError } from '../../gitops';
import { neededLocalPathValues, pathOfClass } from '../paths/localPathValues';
import type { PlannedChange, Planning } from '../storageChange';
import {
  classInGit,
  immutableDifferences,
  needClasses,
  ownerOutsideGit,
  type ClassInGit,
} from './backendInGit';
import {
  claimedClass,
  driverOf,
  pinnedProfile,
  TITLES,
} from './backendManifests';
import type { Backend, BackendRequest } from './backendRequest';
import { isAskedFor, liveClass, openStage } from './liveBackend';
import { preflight, swapImpact } from './swapPreflight';

type NewBackend = Exclude<Backend, { name: 'local-path' }>;

/**
 * The name must be free, or on its way to be: Helm deletes by name what it no longer makes, whoever owns it by then.
 *
 * @param heldBy - what else makes the class in Git.
 */
function needRelease(
  { request, facts }: Planning<BackendRequest>,
  { values }: ClassInGit,
  heldBy: string | undefined,
): void {
  const { storageClass } = facts;
  const to = request.backend.name;
  const release = openStage(facts, 'release', request);
  if (heldBy !== undefined) {
    if (release) return;
    throw new GitOpsError({
      code: 'notReleased',
      field: 'stage',
      problem: `${storageClass} is made by ${heldBy} in Git, and no request to release it is open: the class would have two owners, and the release would delete the new one by its name.`,
      remedy: `Ask for the stage release first, with ${to}; then for the claim, to be reviewed together.`,
    });
  }
  const live = liveClass(facts);
  if (!live || isAskedFor(request, facts, live.provisioner) === true) return;
  // It is live, and nothing in Git makes it: the release is merged and not applied yet, or its owner is not in Git.
  const wasLocalPaths = values?.classes.includes(storageClass);
  if (!wasLocalPaths && !release?.merged) throw ownerOutsideGit(facts);
}

/** A profile that a chart renders has its owner. */
function refuseRenderedProfile({
  facts,
  draft,
}: Planning<BackendRequest>): void {
  const { storageClass } = facts;
  const live = facts.storageProfiles.items.find(
    ({ name }) => name === storageClass,
  );
  const release =
    live?.labels['helm.toolkit.fluxcd.io/name'] ??
    live?.annotations['meta.helm.sh/release-name'];
  if (release === undefined || draft.find(profileOf(storageClass))) return;
  throw new GitOpsError({
    code: 'ownedByHelmRelease',
    problem: `The profile of ${storageClass} is rendered by the Helm release ${release}; a second owner in Git would fight with that.`,
    remedy: `Take the profile out of the values of ${release} first; the claim puts it beside its class.`,
  });
}

function profileOf(name: string) {
  return { apiGroup: 'cdi.kubevirt.io', kind: 'StorageProfile', name };
}

/** @returns what a reviewer is told besides. */
function claimWithDriver(
  planning: Planning<BackendRequest>,
  backend: NewBackend,
  inGit: ClassInGit,
): string[] {
  const { request, facts, draft } = planning;
  const { storageClass } = facts;
  const { rendered, manifest, provisioner, values } = inGit;
  const driver = driverOf(backend);
  const isOurs = manifest !== undefined && provisioner === driver;
  let heldBy: string | undefined;
  if (rendered && values) {
    heldBy = `local-path's values (${draft.shown(values.at)})`;
  } else if (manifest && !isOurs) {
    heldBy = `the manifest at ${draft.shown(manifest)}`;
  }
  needRelease(planning, inGit, heldBy);
  refuseRenderedProfile(planning);
  const claimed = claimedClass(storageClass, request, backend);
  const live = liveClass(facts);
  const differences = [
    ...(isOurs ? immutableDifferences(draft.data(manifest), claimed) : []),
    ...(live?.provisioner === driver
      ? immutableDifferences({ ...live }, claimed)
      : []),
  ];
  if (differences.length > 0) {
    throw new GitOpsError({
      code: 'notSupported',
      field: 'to',
      problem: `${
        TITLES[backend.name]
      } serves ${storageClass} already, with other ${[
        ...new Set(differences),
      ].join(
        ' and ',
      )}; Kubernetes lets nobody change that of a class, and Flux could only delete it first.`,
      remedy:
        'Leave these as they are. To change them, swap to another backend and back.',
    });
  }
  const pinned = pinnedProfile(storageClass, request.claimPropertySets);
  const profile = draft.find(profileOf(storageClass));
  const place = { change: 'backend', object: `claim-${backend.name}` };
  const areInOneFile =
    manifest !== undefined &&
    manifest.repository === profile?.repository &&
    manifest.place.source.file.path === profile.place.source.file.path;
  // The old class goes just as the release takes it out, so that the two don't fight.
  if (manifest && !isOurs) draft.removeObject(manifest);
  if (isOurs || !profile || areInOneFile) {
    draft.put([claimed, pinned], place);
    return [];
  }
  draft.put([pinned], place);
  // Class and profile in one file: CDI throws the profile away with its class, and Flux applies them together.
  if (draft.putInto(profile, [claimed], place)) return [];
  if (manifest) {
    draft.put([claimed], place);
    return [];
  }
  const from = draft.shown(profile);
  draft.set(profile, ['metadata', 'name'], storageClass);
  draft.putWith(profile, [claimed], place);
  return [
    `The profile moves from ${from} into the file of the class, with its comments: CDI throws a profile away with its class, so that Git has to make the two together.`,
  ];
}

function claimWithLocalPath(
  planning: Planning<BackendRequest>,
  inGit: ClassInGit,
): void {
  const { request, facts, draft, warn } = planning;
  const { storageClass } = facts;
  const values = inGit.values ?? neededLocalPathValues(draft, facts);
  if (!values.classes.includes(storageClass)) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'to',
      problem: `${storageClass} is not in the map of local-path any more (${draft.shown(
        values.at,
      )}).`,
      remedy:
        'Ask for the stage install first, with the nodes and paths for it.',
    });
  }
  needRelease(
    planning,
    inGit,
    inGit.manifest && `the manifest at ${draft.shown(inGit.manifest)}`,
  );
  refuseRenderedProfile(planning);
  const itsClass = [...pathOfClass(values, storageClass), 'storageClass'];
  // The chart's default.
  const kept =
    draft.data(values.at, [...itsClass, 'reclaimPolicy']) ?? 'Delete';
  if (kept !== request.reclaimPolicy) {
    warn(
      'reclaimPolicyKept',
      `${storageClass} comes back as it is in local-path's values (${draft.shown(
        values.at,
      )}), with reclaimPolicy ${kept}, not ${request.reclaimPolicy}.`,
    );
  }
  draft.set(values.at, [...itsClass, 'create'], true);
  draft.put([pinnedProfile(storageClass, request.claimPropertySets)], {
    change: 'backend',
    object: 'claim-local-path',
  });
}

/** The new backend takes the name, with the pin of its profile. */
export function planClaim(planning: Planning<BackendRequest>): PlannedChange {
  const { request, facts, draft, underCluster } = planning;
  const { backend } = request;
  const { storageClass } = facts;
  needClasses(facts);
  const inGit = classInGit(draft, storageClass);
  preflight(planning);
  const notes: string[] = [];
  if (backend.name === 'local-path') claimWithLocalPath(planning, inGit);
  else notes.push(...claimWithDriver(planning, backend, inGit));
  return {
    title: `Swap of ${storageClass} in ${underCluster} to ${backend.name}: claim the name`,
    impact: swapImpact(request, facts),
    notes: [
      ...notes,
      `To be reviewed now, together with the release, and merged as soon as its gates are open, and not before: Helm deletes the class by its name, whoever has made it by then.`,
      'It has worked when the class is there with the new provisioner, and the status of its profile is as pinned.',
      'Next: once no volume is left on the old backend, ask for the stage cleanUp.',
    ],
    alreadyThere: `Git makes ${storageClass} with ${
      TITLES[backend.name]
    } already.`,
  };
}
