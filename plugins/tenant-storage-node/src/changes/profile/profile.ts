import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { ChangeGate } from '../changePlan';
import { dnsSubdomain } from '../checkedName';
import {
  ACCESS_MODES,
  checkedPropertySets,
  refuseImpossibleSets,
  shownSets,
  type ClaimPropertySet,
} from '../claimPropertySets';
import {
  cdiChoicesOf,
  isLocalPathClass,
  modesOf,
  type ClaimMode,
} from '../provisioner';
import { percentOf } from '../percentOf';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

/** The pin of a class's StorageProfile as it is asked for, checked. */
export interface ProfileRequest {
  storageClass: string;
  claimPropertySets: ClaimPropertySet[];
  confirmBlock: boolean;
}

const fields = {
  storageClass: z =>
    z.string().describe('The class whose profile is pinned, by name'),
  claimPropertySets: z =>
    z
      .array(
        z.object({
          accessModes: z
            .array(z.enum(ACCESS_MODES))
            .describe(
              'The access modes that a volume asks for, all at once; as a rule one',
            ),
          volumeMode: z
            .enum(['Filesystem', 'Block'])
            .describe('Whether volumes are file systems or raw devices'),
        }),
      )
      .describe(
        'What CDI makes volumes with, the first choice first; all others are left out',
      ),
  confirmBlock: z =>
    z
      .boolean()
      .optional()
      .describe(
        "Set by who knows that containerd's `device_ownership_from_security_context` is on, on every worker: importers get no permission on raw devices otherwise",
      ),
} satisfies Record<string, StorageChangeField>;

function setsOf(value: unknown): ClaimPropertySet[] {
  const sets = value as ClaimPropertySet[];
  if (sets.length === 0) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'claimPropertySets',
      problem: 'There is no set: CDI would choose by itself again.',
      remedy:
        'Give the mode that volumes are made with first, such as ReadWriteOnce and Filesystem.',
    });
  }
  return checkedPropertySets(sets);
}

function shownMode({ accessMode, volumeMode }: ClaimMode): string {
  return `${accessMode}/${volumeMode}`;
}

function refuseImpossible(
  { facts, request, refuse, warn }: Planning<ProfileRequest>,
  live: UnderClusterFacts['storageClasses']['items'][number],
): void {
  const { provisioner, parameters, name } = live;
  refuseImpossibleSets(
    request.claimPropertySets,
    {
      provisioner,
      can: modesOf(provisioner, isLocalPathClass(facts, live)),
      who: `${provisioner}, which serves ${name},`,
    },
    refuse,
  );
  const [first] = request.claimPropertySets;
  const choice = cdiChoicesOf(provisioner, parameters)?.at(0);
  if (
    choice &&
    (choice.accessMode !== first.accessModes[0] ||
      choice.volumeMode !== first.volumeMode)
  ) {
    warn(
      'differsFromCdi',
      `CDI would choose ${shownMode(
        choice,
      )} for ${provisioner}; with the pin it is ${shownSets([first])}.`,
    );
  }
}

/** CDI makes the profile itself; who sets its pin is told by what Helm or Flux has marked. */
function refuseForeign(
  { draft, request, refuse }: Planning<ProfileRequest>,
  live: UnderClusterFacts['storageProfiles']['items'][number] | undefined,
): void {
  const release =
    live?.labels['helm.toolkit.fluxcd.io/name'] ??
    live?.annotations['meta.helm.sh/release-name'];
  const at = draft.find({
    apiGroup: 'cdi.kubevirt.io',
    kind: 'StorageProfile',
    name: request.storageClass,
  });
  if (at) return;
  const kustomization = live?.labels['kustomize.toolkit.fluxcd.io/name'];
  if (release === undefined && kustomization) {
    refuse({
      code: 'ownedElsewhere',
      field: 'storageClass',
      problem: `The profile of ${request.storageClass} is applied by the Flux Kustomization ${kustomization}, and is in no configured repository: a second owner of it would fight with that.`,
      remedy:
        'Change it there, or add the repository that it comes from to the settings of the under cluster.',
    });
  }
  if (release === undefined) return;
  refuse({
    code: 'ownedByHelmRelease',
    field: 'storageClass',
    problem: `The profile of ${request.storageClass} is pinned by the Helm release ${release}, and is in no configured repository: a second owner of it would fight with that.`,
    remedy: `Change it in the values of ${release}, or take it out of them first.`,
  });
}

function plan(planning: Planning<ProfileRequest>): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { storageClass, claimPropertySets } = request;
  if (facts.storageProfiles.sight === 'notInstalled') {
    refuse({
      code: 'notInstalled',
      field: 'underCluster',
      problem: `CDI is not installed in ${underCluster}.`,
      remedy: 'Install CDI first: nothing else reads a StorageProfile.',
    });
  } else if (facts.storageProfiles.sight === 'unknown') {
    warn(
      'profilesUnknown',
      `Whether CDI is installed, and what is pinned now, can't be seen (${
        facts.storageProfiles.because ?? 'nobody knows why'
      }); without CDI Flux can't apply the pin.`,
    );
  }
  const live = facts.storageClasses.items.find(
    ({ name }) => name === storageClass,
  );
  const inGit = draft.find({
    apiGroup: 'storage.k8s.io',
    kind: 'StorageClass',
    name: storageClass,
  });
  if (live) {
    refuseImpossible(planning, live);
  } else if (facts.storageClasses.sight === 'known' && !inGit) {
    refuse({
      code: 'notFound',
      field: 'storageClass',
      problem: `There is no class ${storageClass} in ${underCluster}; CDI deletes a profile without its class.`,
      remedy: `Use one of ${
        facts.storageClasses.items.map(({ name }) => name).join(', ') ||
        'those that are there once there are some'
      }.`,
    });
  } else if (facts.storageClasses.sight !== 'known') {
    warn(
      'classUnknown',
      `Whether there is a class ${storageClass}, and what it can do, can't be seen now (${
        facts.storageClasses.because ?? 'nobody knows why'
      }).`,
    );
  }
  const isBlock = claimPropertySets[0].volumeMode === 'Block';
  if (isBlock && !request.confirmBlock) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmBlock',
      problem:
        "Importers write to raw devices only if containerd's device_ownership_from_security_context is on, and nobody can see that from here: without it every import fails with Permission denied.",
      remedy:
        'Look into /etc/containerd/config.toml of the workers, then confirm; or choose Filesystem.',
    });
  }

  const now = facts.storageProfiles.items.find(
    ({ name }) => name === storageClass,
  );
  refuseForeign(planning, now);
  draft.put(
    [
      {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'StorageProfile',
        metadata: { name: storageClass },
        spec: { claimPropertySets },
      },
    ],
    { change: 'profile', object: storageClass },
  );
  const overhead = percentOf(
    facts.cdi.classOverhead[storageClass] ?? facts.cdi.overhead,
  );
  return {
    title: `StorageProfile of ${storageClass} in ${underCluster}: ${shownSets(
      claimPropertySets,
    )}`,
    impact: [
      {
        what: 'What CDI makes volumes with',
        before: now ? shownSets(now.claimPropertySets) || 'nothing' : null,
        after: shownSets(claimPropertySets),
        note: now && now.pinned.length === 0 ? 'not pinned until now' : null,
      },
      {
        what: 'Added to a volume for its file system',
        before: overhead,
        after: isBlock ? '0 %' : overhead,
        note: overhead === null ? 'not known' : 'of its size, by CDI',
      },
      {
        what: 'Volumes that are there',
        before: null,
        after: null,
        note: 'stay as they are',
      },
    ],
    alreadyThere: `The StorageProfile of ${storageClass} is pinned to that in Git already.`,
  };
}

function gatesOf(
  { storageClass }: ProfileRequest,
  { storageClasses }: UnderClusterFacts,
): ChangeGate[] {
  const isThere = storageClasses.items.some(
    ({ name }) => name === storageClass,
  );
  const seen = isThere ? 'passed' : 'failed';
  const words = isThere ? 'is there' : 'is not there: CDI deletes the profile';
  return [
    {
      id: 'classThere',
      title: 'The class is there',
      state: storageClasses.sight === 'known' ? seen : 'unknown',
      detail:
        storageClasses.sight === 'known'
          ? `The class ${storageClass} ${words}.`
          : `Whether the class ${storageClass} is there can't be seen now.`,
    },
  ];
}

/** Whether CDI has taken a pin up; what is pinned is in the status then. */
export function arrivalOfPin(
  storageClass: string,
  sets: readonly ClaimPropertySet[],
  { storageProfiles }: UnderClusterFacts,
): ChangeArrival {
  if (storageProfiles.sight !== 'known') return { known: false };
  const live = storageProfiles.items.find(({ name }) => name === storageClass);
  const wanted = shownSets([...sets]);
  const now = live && shownSets(live.claimPropertySets);
  if (now === wanted) return { known: true, arrived: true, missing: '' };
  return {
    known: true,
    arrived: false,
    missing: live
      ? `The profile of ${storageClass} says ${
          now || 'nothing'
        }, not ${wanted}.`
      : `There is no profile of ${storageClass} yet.`,
  };
}

/** The pin of a StorageProfile: what CDI makes volumes of a class with. */
export const profile: PlannableChange<ProfileRequest> = {
  kind: 'profile',
  action: 'kmetal:storage:profile',
  title: 'StorageProfile pin',
  description:
    "Plans the pin of a class's StorageProfile in the GitOps repository: the access and volume modes that CDI makes volumes with. Writes the changed files to the workspace, for a publishing action to propose.",
  fields,
  read: input => ({
    storageClass: dnsSubdomain(
      String(input.storageClass),
      'storageClass',
      'a class',
    ),
    claimPropertySets: setsOf(input.claimPropertySets),
    confirmBlock: input.confirmBlock === true,
  }),
  objectOf: ({ storageClass }) => storageClass,
  namespacesOf: () => [],
  plan,
  gatesOf,
  arrivalOf: ({ storageClass, claimPropertySets }, facts) =>
    arrivalOfPin(storageClass, claimPropertySets, facts),
  examples: [
    {
      description: 'One writer, and file systems: what local-path can do',
      input: {
        storageClass: 'tenant-storage-class',
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    },
  ],
};
