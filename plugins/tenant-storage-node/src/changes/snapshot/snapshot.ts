import {
  formatBytes,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { ChangeGate } from '../changePlan';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { NEVER_PRUNED, objectName } from '../once';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

type Claim = UnderClusterFacts['claims']['items'][number];
type SnapshotClass = UnderClusterFacts['snapshotClasses']['items'][number];

/** A snapshot as it is asked for, checked. */
export interface SnapshotRequest {
  namespace: string;
  claim: string;
  name: string;
  snapshotClass?: string;
}

const fields = {
  namespace: z =>
    z
      .string()
      .describe(
        "The namespace of the claim in the under cluster; of a tenant's volume, the tenant",
      ),
  claim: z =>
    z.string().describe('The claim that the snapshot is of, by its name there'),
  name: z =>
    z
      .string()
      .describe(
        'The name of the snapshot, such as `before-upgrade`; a new one, because a snapshot is taken once',
      ),
  snapshotClass: z =>
    z
      .string()
      .optional()
      .describe(
        "The VolumeSnapshotClass; the one of the claim's driver unless told",
      ),
} satisfies Record<string, StorageChangeField>;

function unseen(
  field: string,
  what: string,
  list: { because: string | null },
): GitOpsError {
  return new GitOpsError({
    code: 'factUnknown',
    field,
    problem: `${what} can't be seen now${
      list.because ? ` (${list.because})` : ''
    }, so nobody can say whether the snapshot would ever be taken.`,
    remedy: 'Try again once it can be seen.',
  });
}

/** The driver of a claim: of its volume, else of its class. */
export function driverOfClaim(
  { storageClass, provisionedBy }: Claim,
  { storageClasses }: UnderClusterFacts,
): string | undefined {
  return (
    provisionedBy ??
    storageClasses.items.find(({ name }) => name === storageClass)?.provisioner
  );
}

/**
 * The claim, which is there and bound.
 *
 * @throws GitOpsError that names the field.
 */
function boundClaim(
  { facts }: Planning<SnapshotRequest>,
  { namespace, claim: name }: SnapshotRequest,
): Claim {
  if (facts.claims.sight !== 'known') {
    throw unseen('claim', 'Claims', facts.claims);
  }
  const claim = facts.claims.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  if (!claim) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'claim',
      problem: `There is no claim ${name} in ${namespace}.`,
      remedy:
        'Give the name as it is in the under cluster: of a tenant’s volume, pvc- and the uid of the tenant’s claim.',
    });
  }
  if (claim.phase !== 'Bound') {
    throw new GitOpsError({
      code: 'notReady',
      field: 'claim',
      problem: `The claim ${name} is ${
        claim.phase ?? 'in no phase'
      }, not Bound: there is nothing to take a snapshot of.`,
      remedy: 'Wait until it is bound.',
    });
  }
  return claim;
}

/** @throws GitOpsError `notSupported` with what serves the claim. */
function snapshotClassFor(
  { facts, request }: Planning<SnapshotRequest>,
  claim: Claim,
): SnapshotClass {
  const { snapshotClasses, csiDrivers } = facts;
  const driver = driverOfClaim(claim, facts);
  if (driver === undefined || csiDrivers.sight !== 'known') {
    throw unseen('claim', `What serves ${claim.name}`, csiDrivers);
  }
  if (!csiDrivers.items.some(({ name }) => name === driver)) {
    throw new GitOpsError({
      code: 'notSupported',
      field: 'claim',
      problem: `${claim.name} is served by ${driver}, which is no CSI driver and takes no snapshots.`,
      remedy:
        'Copy its data, or swap the storage backend for one that takes snapshots; volumes that are there stay where they are.',
    });
  }
  if (snapshotClasses.sight === 'unknown') {
    throw unseen('snapshotClass', 'Snapshot classes', snapshotClasses);
  }
  const ofDriver = snapshotClasses.items.filter(each => each.driver === driver);
  if (request.snapshotClass === undefined) {
    const [only] =
      ofDriver.length === 1
        ? ofDriver
        : ofDriver.filter(({ isDefault }) => isDefault);
    if (only) return only;
    throw new GitOpsError({
      code: 'notSupported',
      field: 'snapshotClass',
      problem:
        ofDriver.length === 0
          ? `There is no VolumeSnapshotClass of the driver ${driver}.`
          : `There are several of the driver ${driver}, and none is the default: ${ofDriver
              .map(({ name }) => name)
              .join(', ')}.`,
      remedy:
        ofDriver.length === 0
          ? 'Make one first: the change of Rook-Ceph, or of the storage backend, brings it.'
          : 'Name the one that is meant.',
    });
  }
  const named = snapshotClasses.items.find(
    ({ name }) => name === request.snapshotClass,
  );
  if (named?.driver !== driver) {
    throw new GitOpsError({
      code: 'notSupported',
      field: 'snapshotClass',
      problem: named
        ? `${named.name} is of the driver ${named.driver}, and ${claim.name} is served by ${driver}.`
        : `There is no VolumeSnapshotClass ${request.snapshotClass}.`,
      remedy: `Use ${
        ofDriver.map(({ name }) => name).join(' or ') || 'one of its driver'
      }.`,
    });
  }
  return named;
}

function plan(planning: Planning<SnapshotRequest>): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { namespace, name } = request;
  const claim = boundClaim(planning, request);
  const snapshotClass = snapshotClassFor(planning, claim);
  const inGit = draft.find({
    apiGroup: 'snapshot.storage.k8s.io',
    kind: 'VolumeSnapshot',
    namespace,
    name,
  });
  const live = facts.snapshots.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  const source = inGit
    ? draft.data(inGit, ['spec', 'source', 'persistentVolumeClaimName'])
    : live?.claim;
  const isOther =
    inGit &&
    (source !== claim.name ||
      (request.snapshotClass !== undefined &&
        draft.data(inGit, ['spec', 'volumeSnapshotClassName']) !==
          request.snapshotClass));
  if (inGit ? isOther : live) {
    refuse({
      code: 'nameTaken',
      field: 'name',
      problem: `There is a snapshot ${name} in ${namespace} already${
        typeof source === 'string' ? `, of ${source}` : ''
      }; a snapshot is taken once and never again.`,
      remedy: 'Give the new snapshot another name.',
    });
  }
  if (!inGit) {
    draft.put(
      [
        {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshot',
          metadata: { name, namespace, annotations: NEVER_PRUNED },
          spec: {
            volumeSnapshotClassName: snapshotClass.name,
            source: { persistentVolumeClaimName: claim.name },
          },
        },
      ],
      { change: 'snapshot', object: objectName(namespace, name) },
    );
  }
  if (facts.snapshots.sight === 'unknown') {
    warn(
      'snapshotsUnknown',
      `Snapshots of ${namespace} can't be seen now: one may have the name ${name} already.`,
    );
  }
  if (snapshotClass.deletionPolicy === 'Delete') {
    warn(
      'deletedWithObject',
      `Whoever deletes the VolumeSnapshot ${name} deletes what is in it: the class ${snapshotClass.name} says deletionPolicy Delete.`,
    );
  }
  warn(
    'crashConsistent',
    'It is what was on the volume at one moment, as after a power cut: what programs had not written yet is not in it.',
  );
  return {
    title: `Snapshot ${name} of ${claim.name} in ${underCluster}/${namespace}`,
    impact: [
      {
        what: 'Snapshot of',
        before: null,
        after: claim.name,
        note:
          claim.capacity === null ? null : formatBytes(BigInt(claim.capacity)),
      },
      {
        what: 'Taken by',
        before: null,
        after: snapshotClass.driver,
        note: `class ${snapshotClass.name}`,
      },
      {
        what: 'If it leaves Git',
        before: null,
        after: 'it is kept',
        note: 'Flux does not prune it',
      },
    ],
    notes: [
      'A tenant sees snapshots that it takes in its own cluster only; this one is seen by the platform team.',
    ],
    alreadyThere: `The snapshot ${name} of ${claim.name} is in Git already.`,
  };
}

function gatesOf(
  request: SnapshotRequest,
  { claims }: UnderClusterFacts,
): ChangeGate[] {
  const claim = claims.items.find(
    ({ namespace, name }) =>
      namespace === request.namespace && name === request.claim,
  );
  const seen = claim?.phase === 'Bound' ? 'passed' : 'failed';
  return [
    {
      id: 'claimBound',
      title: 'The claim is bound',
      state: claims.sight === 'known' ? seen : 'unknown',
      detail:
        claims.sight === 'known'
          ? `The claim ${request.claim} is ${claim?.phase ?? 'not there'}.`
          : `Whether the claim ${request.claim} is bound can't be seen now.`,
    },
  ];
}

function arrivalOf(
  { namespace, name }: SnapshotRequest,
  { snapshots }: UnderClusterFacts,
): ChangeArrival {
  if (snapshots.sight !== 'known') return { known: false };
  const live = snapshots.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  if (live?.ready) return { known: true, arrived: true, missing: '' };
  let missing = `The snapshot ${name} is not there yet.`;
  if (live) {
    missing = live.error
      ? `The snapshot ${name} can't be taken: ${live.error}`
      : `The snapshot ${name} is not ready to use yet.`;
  }
  return { known: true, arrived: false, missing };
}

/** A VolumeSnapshot of a claim in the under cluster, only where its driver takes one. */
export const snapshot: PlannableChange<SnapshotRequest> = {
  kind: 'snapshot',
  action: 'kmetal:storage:snapshot',
  title: 'Volume snapshot',
  description:
    'Plans a VolumeSnapshot of a claim in the GitOps repository, where driver and class can take one. Writes the changed files to the workspace, for a publishing action to propose. The snapshot stays if it leaves Git.',
  fields,
  read: input => ({
    namespace: dnsLabel(String(input.namespace), 'namespace', 'a namespace'),
    claim: dnsSubdomain(String(input.claim), 'claim', 'a claim'),
    name: dnsSubdomain(String(input.name), 'name', 'a snapshot'),
    ...(typeof input.snapshotClass === 'string' &&
      input.snapshotClass !== '' && {
        snapshotClass: dnsSubdomain(
          input.snapshotClass,
          'snapshotClass',
          'a class',
        ),
      }),
  }),
  objectOf: ({ namespace, name }) => objectName(namespace, name),
  namespacesOf: ({ namespace }) => [namespace],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: "A tenant's volume, before something risky",
      input: {
        namespace: 'alpha',
        claim: 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11',
        name: 'before-upgrade',
      },
    },
  ],
};
