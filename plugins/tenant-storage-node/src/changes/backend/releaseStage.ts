import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import { pathOfClass } from '../paths/localPathValues';
import { becauseOf } from '../paths/nodeBoundary';
import type { PlannedChange, Planning } from '../storageChange';
import {
  classInGit,
  isKeptByFlux,
  needClasses,
  ownerOutsideGit,
} from './backendInGit';
import { driverGates, shut } from './backendGates';
import { driverOf, TITLES } from './backendManifests';
import type { BackendRequest } from './backendRequest';
import { isAskedFor, liveClass } from './liveBackend';
import { preflight, swapImpact } from './swapPreflight';

/** The Kustomization that applies the class, by the labels that Flux gives it. */
function kustomizationOf(facts: UnderClusterFacts) {
  const labels = liveClass(facts)?.labels ?? {};
  return facts.kustomizations.items.find(
    ({ namespace, name }) =>
      name === labels['kustomize.toolkit.fluxcd.io/name'] &&
      namespace === labels['kustomize.toolkit.fluxcd.io/namespace'],
  );
}

/** Taking a manifest out of Git takes the class out of the under cluster only where Flux prunes. */
function judgePruning(
  { facts, draft, refuse, warn }: Planning<BackendRequest>,
  manifest: DraftPlace,
): void {
  if (isKeptByFlux(draft, manifest)) {
    refuse({
      code: 'unsafe',
      problem: `The class ${
        facts.storageClass
      } has kustomize.toolkit.fluxcd.io/prune: disabled at ${draft.shown(
        manifest,
      )}: it would stay when it is taken out of Git, without an owner.`,
      remedy: 'Take the annotation out first, in a change of its own.',
    });
    return;
  }
  const kustomization = kustomizationOf(facts);
  if (!kustomization || kustomization.prune === null) {
    warn(
      'pruneUnknown',
      `Whether Flux prunes what leaves Git is not known of the class ${
        facts.storageClass
      }${becauseOf(
        facts.kustomizations,
      )}. Without it the class stays, and the claim's gate stays shut.`,
    );
  } else if (!kustomization.prune) {
    refuse({
      code: 'unsafe',
      problem: `Kustomization ${kustomization.namespace}/${kustomization.name}, which applies the class ${facts.storageClass}, has prune: false: the class would stay when it is taken out of Git, without an owner.`,
      remedy: 'Set prune: true there first.',
    });
  }
}

/** What serves the class now lets go of the name, and keeps its volumes. */
export function planRelease(planning: Planning<BackendRequest>): PlannedChange {
  const { request, facts, draft, underCluster, warn } = planning;
  const { storageClass } = facts;
  needClasses(facts);
  const { values, rendered, manifest, provisioner } = classInGit(
    draft,
    storageClass,
  );
  const live = liveClass(facts);
  const to = request.backend.name;
  const driver = driverOf(request.backend);
  const planned: PlannedChange = {
    title: `Swap of ${storageClass} in ${underCluster} to ${to}: release the name`,
    impact: swapImpact(request, facts),
    notes: [
      `From the merge until the claim is applied, no tenant can create a volume of ${storageClass}. Merge the claim as soon as its gates open: have it reviewed now.`,
      'Volumes that are there, and the quotas, stay as they are.',
    ],
    alreadyThere: `Git has let go of ${storageClass} already.`,
  };
  if (
    live &&
    isAskedFor(request, facts, live.provisioner) === true &&
    !(rendered && driver !== undefined)
  ) {
    return {
      ...planned,
      alreadyThere: `${TITLES[to]} (${live.provisioner}) serves ${storageClass} already.`,
    };
  }
  if (rendered && driver === undefined) {
    return {
      ...planned,
      alreadyThere: `Local-path's values make ${storageClass} already: there is nothing to release.`,
    };
  }
  if (manifest && driver !== undefined && provisioner === driver) {
    return {
      ...planned,
      alreadyThere: `Git makes ${storageClass} with ${driver} already: there is nothing to release.`,
    };
  }
  if (!rendered && !manifest) {
    if (
      live &&
      !(values?.classes.includes(storageClass) && isOfLocalPath(planning))
    ) {
      throw ownerOutsideGit(facts);
    }
    return planned;
  }
  preflight(planning);
  const closed = shut(driverGates(request, facts));
  if (closed.length > 0) {
    warn(
      'notInstalled',
      `${TITLES[to]} is not ready to take over: ${closed
        .map(({ detail }) => detail)
        .join(' ')} The gates stay shut until it is.`,
    );
  }
  if (manifest) {
    judgePruning(planning, manifest);
    // The profile stays in Git: the claim needs it, and was planned with it.
    draft.removeObject(manifest);
  } else if (values) {
    // The map stays: without its entry, local-path can't delete the volumes that it made of the class.
    draft.set(
      values.at,
      [...pathOfClass(values, storageClass), 'storageClass', 'create'],
      false,
    );
  } else {
    throw new GitOpsError({
      code: 'notFound',
      problem: `Nothing in Git makes ${storageClass}.`,
      remedy: 'Correct the root of the under cluster.',
    });
  }
  return planned;
}

/** Whether local-path serves the class now. */
function isOfLocalPath({ request, facts }: Planning<BackendRequest>): boolean {
  const live = liveClass(facts);
  return (
    live !== undefined &&
    isAskedFor(
      { ...request, backend: { name: 'local-path', nodes: [] } },
      facts,
      live.provisioner,
    ) === true
  );
}
