import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate } from '../changePlan';
import { arrivalOfPin } from '../profile';
import type { ChangeArrival, PlannableChange } from '../storageChange';
import { driverGates, gatesOf } from './backendGates';
import { CANARY_NAMESPACE, driverOf } from './backendManifests';
import {
  backendFields,
  readBackend,
  type BackendRequest,
} from './backendRequest';
import { planClaim } from './claimStage';
import { planCleanUp } from './cleanUpStage';
import { planInstall } from './installStage';
import { isAskedFor, liveClass } from './liveBackend';
import { planRelease } from './releaseStage';

const PLANS = {
  install: planInstall,
  release: planRelease,
  claim: planClaim,
  cleanUp: planCleanUp,
};

function arrival(gates: readonly ChangeGate[]): ChangeArrival {
  if (gates.some(({ state }) => state === 'unknown')) return { known: false };
  const missing = gates
    .filter(({ state }) => state === 'failed')
    .map(({ detail }) => detail)
    .join(' ');
  return { known: true, arrived: missing === '', missing };
}

function arrivalOf(
  request: BackendRequest,
  facts: UnderClusterFacts,
): ChangeArrival {
  const { storageClasses, storageClass, localPathMaps } = facts;
  if (request.stage === 'install') return arrival(driverGates(request, facts));
  if (storageClasses.sight !== 'known') return { known: false };
  const live = liveClass(facts);
  const served = live && isAskedFor(request, facts, live.provisioner);
  const missing = (text: string): ChangeArrival => ({
    known: true,
    arrived: text === '',
    missing: text,
  });
  switch (request.stage) {
    case 'release':
      // Served by the new backend already: the claim followed at once.
      return missing(
        !live || served
          ? ''
          : `The class ${storageClass} of ${live.provisioner} is still there.`,
      );
    case 'claim':
      if (!live) return missing(`There is no class ${storageClass} yet.`);
      if (served === undefined) return { known: false };
      return served
        ? arrivalOfPin(storageClass, request.claimPropertySets, facts)
        : missing(`${live.provisioner} still serves ${storageClass}.`);
    default: {
      const canaries = storageClasses.items
        .map(({ name }) => name)
        .filter(name => name.startsWith(`${storageClass}-canary-`));
      if (canaries.length > 0) {
        return missing(`${canaries.join(', ')} is still there.`);
      }
      if (driverOf(request.backend) === undefined) return missing('');
      if (localPathMaps.sight === 'unknown') return { known: false };
      return missing(
        localPathMaps.items.some(each => each.storageClass === storageClass)
          ? `${storageClass} is still in the map of local-path.`
          : '',
      );
    }
  }
}

/** What serves the tenants' class, swapped in stages that are each a change of its own. */
export const backend: PlannableChange<BackendRequest> = {
  kind: 'backend',
  action: 'kmetal:storage:backend',
  title: 'Storage backend',
  description:
    "Plans one stage of swapping what serves the tenants' class: install, release, claim, cleanUp, forward and back. Writes the changed files to the workspace, for a publishing action to propose.",
  fields: backendFields,
  read: readBackend,
  // Names are lower-case: cleanUp is clean-up.
  objectOf: ({ stage }) => (stage === 'cleanUp' ? 'clean-up' : stage),
  namespacesOf: () => [CANARY_NAMESPACE],
  plan: planning => PLANS[planning.request.stage](planning),
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Longhorn and its canary, beside what serves the class now',
      input: {
        stage: 'install',
        to: 'longhorn',
        longhorn: { chartVersion: '1.9.1', replicas: 3 },
      },
    },
    {
      description: 'Local-path lets go of the class',
      input: { stage: 'release', to: 'longhorn', longhorn: { replicas: 3 } },
    },
    {
      description: 'Longhorn takes the class, with the pin of its profile',
      input: {
        stage: 'claim',
        to: 'longhorn',
        longhorn: { replicas: 3 },
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    },
    {
      description:
        'The map of local-path loses the class, without a volume left',
      input: { stage: 'cleanUp', to: 'longhorn' },
    },
    {
      description: 'A pool of Rook-Ceph takes the class',
      input: { stage: 'claim', to: 'rook-ceph', rookCeph: { pool: 'tenants' } },
    },
    {
      description: 'NFS takes the class',
      input: {
        stage: 'claim',
        to: 'nfs',
        nfs: { server: 'nfs.example.com', share: '/exports/kubernetes' },
      },
    },
    {
      description: "A vendor's driver takes the class",
      input: {
        stage: 'claim',
        to: 'csi',
        csi: {
          provisioner: 'csi.example.com',
          parameters: [{ name: 'pool', value: 'gold' }],
          allowVolumeExpansion: true,
        },
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    },
    {
      description: 'Back to local-path',
      input: { stage: 'claim', to: 'local-path' },
    },
  ],
};
