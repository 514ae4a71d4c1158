import { isDeepStrictEqual } from 'node:util';
import {
  formatBytes,
  formatQuantity,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { ChangeGate } from '../changePlan';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { judgeNewClaim } from '../newClaim';
import { NEVER_PRUNED, objectName } from '../once';
import { quotaSize } from '../quotaRequest';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

type Snapshot = UnderClusterFacts['snapshots']['items'][number];

/** A claim that is made from a snapshot, checked. */
export interface RestoreRequest {
  namespace: string;
  snapshot: string;
  name: string;
  storageClass: string;
  size?: { bytes: bigint; written: string };
  accessMode: string;
  volumeMode?: 'Filesystem' | 'Block';
}

const fields = {
  namespace: z =>
    z
      .string()
      .describe(
        'The namespace of the snapshot in the under cluster; a claim is made from a snapshot of its own namespace only',
      ),
  snapshot: z => z.string().describe('The snapshot, by its name there'),
  name: z => z.string().describe('The name of the new claim'),
  storageClass: z =>
    z
      .string()
      .describe('The class of the new claim: of the driver of the snapshot'),
  size: z =>
    z
      .string()
      .optional()
      .describe(
        "The size of the new claim, such as `20Gi`, not below the snapshot's; just that unless told",
      ),
  accessMode: z =>
    z
      .enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'])
      .optional()
      .describe('How the new volume is shared. Default: `ReadWriteOnce`'),
  volumeMode: z =>
    z
      .enum(['Filesystem', 'Block'])
      .optional()
      .describe(
        'Whether it is a file system or a raw device. As the claim that the snapshot is of unless told',
      ),
} satisfies Record<string, StorageChangeField>;

function unseen(field: string, what: string, because: string | null) {
  return new GitOpsError({
    code: 'factUnknown',
    field,
    problem: `${what} can't be seen now${
      because ? ` (${because})` : ''
    }, so nobody can say whether the claim would ever be bound.`,
    remedy: 'Try again once it can be seen.',
  });
}

/** @throws GitOpsError that names the field. */
function readySnapshot({ facts, request }: Planning<RestoreRequest>): Snapshot {
  const { snapshots } = facts;
  if (snapshots.sight !== 'known') {
    throw unseen('snapshot', 'Snapshots', snapshots.because);
  }
  const found = snapshots.items.find(
    ({ namespace, name }) =>
      namespace === request.namespace && name === request.snapshot,
  );
  if (!found) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'snapshot',
      problem: `There is no snapshot ${request.snapshot} in ${request.namespace}.`,
      remedy:
        snapshots.items.length > 0
          ? `Use one of ${snapshots.items.map(({ name }) => name).join(', ')}.`
          : 'Take a snapshot first.',
    });
  }
  if (!found.ready) {
    throw new GitOpsError({
      code: 'notReady',
      field: 'snapshot',
      problem: `The snapshot ${found.name} is not ready to use${
        found.error ? `: ${found.error}` : ''
      }.`,
      remedy: 'Wait until it is, or take another.',
    });
  }
  return found;
}

/** @throws GitOpsError `notSupported` with both drivers. */
function refuseOtherDriver(
  { facts, request }: Planning<RestoreRequest>,
  { driver, name }: Snapshot,
): void {
  const { storageClasses } = facts;
  if (storageClasses.sight !== 'known') {
    throw unseen('storageClass', 'Classes', storageClasses.because);
  }
  const found = storageClasses.items.find(
    each => each.name === request.storageClass,
  );
  if (driver === null) {
    throw unseen('snapshot', `The driver of the snapshot ${name}`, null);
  }
  if (found?.provisioner !== driver) {
    const fitting = storageClasses.items
      .filter(({ provisioner }) => provisioner === driver)
      .map(each => each.name);
    throw new GitOpsError({
      code: 'notSupported',
      field: 'storageClass',
      problem: found
        ? `${found.name} is served by ${found.provisioner}, and the snapshot was taken by ${driver}: no other driver reads it.`
        : `There is no class ${request.storageClass}.`,
      remedy:
        fitting.length > 0
          ? `Use ${fitting.join(' or ')}.`
          : `There is no class of ${driver}: make one first.`,
    });
  }
}

function sizeOf(
  { request, refuse }: Planning<RestoreRequest>,
  { restoreSize, name }: Snapshot,
): { bytes: bigint; written: string } {
  // The CSI specification lets a driver say 0 where it does not know.
  if (restoreSize === null || restoreSize === '0') {
    if (request.size) return request.size;
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'size',
      problem: `The snapshot ${name} does not say how large it is.`,
      remedy: 'Give a size, not below that of the volume it was taken of.',
    });
  }
  const least = BigInt(restoreSize);
  if (request.size && request.size.bytes < least) {
    refuse({
      code: 'sizeInvalid',
      field: 'size',
      problem: `${
        request.size.written
      } is less than the snapshot needs (${formatBytes(least)}).`,
      remedy: `Give ${formatQuantity(least)} or more.`,
    });
  }
  return request.size ?? { bytes: least, written: formatQuantity(least) };
}

/** Flux takes a claim for ready once it is bound (kstatus), which one without a pod is not if its class waits for that. */
function warnOfWaiting({
  facts,
  request,
  warn,
}: Planning<RestoreRequest>): void {
  const waiting = facts.kustomizations.items.filter(({ wait }) => wait);
  if (waiting.length > 0 && waitsForPod(facts, request.storageClass)) {
    warn(
      'readyLater',
      `Where a Kustomization waits for what it applies (${waiting
        .map(each => `${each.namespace}/${each.name}`)
        .join(', ')}), it is not ready until a pod uses the claim: ${
        request.storageClass
      } binds no sooner.`,
    );
  }
}

function waitsForPod(
  { storageClasses }: UnderClusterFacts,
  storageClass: string,
): boolean {
  return storageClasses.items.some(
    each =>
      each.name === storageClass &&
      each.volumeBindingMode === 'WaitForFirstConsumer',
  );
}

function plan(planning: Planning<RestoreRequest>): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { namespace, name, storageClass, accessMode } = request;
  const snapshot = readySnapshot(planning);
  refuseOtherDriver(planning, snapshot);
  const size = sizeOf(planning, snapshot);
  const source = facts.claims.items.find(
    each => each.namespace === namespace && each.name === snapshot.claim,
  );
  const sourceMode =
    source?.volumeMode === 'Block' || source?.volumeMode === 'Filesystem'
      ? source.volumeMode
      : undefined;
  if (
    request.volumeMode !== undefined &&
    sourceMode !== undefined &&
    request.volumeMode !== sourceMode
  ) {
    refuse({
      code: 'notSupported',
      field: 'volumeMode',
      problem: `The snapshot is of ${snapshot.claim}, a ${sourceMode} volume; as ${request.volumeMode} nobody could read it.`,
      remedy: `Choose ${sourceMode}, or leave it out.`,
    });
  }
  const volumeMode = request.volumeMode ?? sourceMode;
  if (volumeMode === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'volumeMode',
      problem:
        'The claim that the snapshot is of is gone or can’t be seen, so nobody knows whether it was a file system or a raw device.',
      remedy: 'Choose what it was.',
    });
  }
  if (
    volumeMode === 'Filesystem' &&
    accessMode === 'ReadWriteMany' &&
    /(^|\.)rbd\.csi\.ceph\.com$/.test(snapshot.driver ?? '')
  ) {
    refuse({
      code: 'notSupported',
      field: 'accessMode',
      problem: `${snapshot.driver} shares Block volumes only: a file system with ReadWriteMany is never made.`,
      remedy: 'Choose ReadWriteOnce.',
    });
  }
  const inGit = draft.find({
    apiGroup: '',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
  });
  const spec = {
    storageClassName: storageClass,
    dataSource: {
      apiGroup: 'snapshot.storage.k8s.io',
      kind: 'VolumeSnapshot',
      name: snapshot.name,
    },
    accessModes: [accessMode],
    volumeMode,
    resources: { requests: { storage: size.written } },
  };
  const live = facts.claims.items.some(
    each => each.namespace === namespace && each.name === name,
  );
  if (inGit ? !isDeepStrictEqual(draft.data(inGit, ['spec']), spec) : live) {
    refuse({
      code: 'nameTaken',
      field: 'name',
      problem: `There is a claim ${name} in ${namespace} already${
        inGit ? `, which is another (${draft.shown(inGit)})` : ''
      }; a claim gets its data once, when it is made.`,
      remedy: 'Give the new claim another name.',
    });
  }
  if (!inGit) {
    judgeNewClaim(
      facts,
      { namespace, storageClass, bytes: size.bytes },
      refuse,
      warn,
    );
    if (facts.claims.sight !== 'known') {
      warn(
        'claimsUnknown',
        `Claims of ${namespace} can't be seen now: one may have the name ${name} already.`,
      );
    }
    warnOfWaiting(planning);
    draft.put(
      [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name, namespace, annotations: NEVER_PRUNED },
          spec,
        },
      ],
      { change: 'restore', object: objectName(namespace, name) },
    );
  }
  if (facts.tenants.items.some(each => each.name === namespace)) {
    warn(
      'unseenByTenant',
      `${namespace} is a tenant, and can't see this claim: it is in the under cluster only, and counts against its quota. Restores for tenants are made in the tenant cluster.`,
    );
  }
  return {
    title: `Claim ${name} from the snapshot ${snapshot.name} in ${underCluster}/${namespace}`,
    impact: [
      {
        what: 'New claim',
        before: null,
        after: `${name}, ${size.written}`,
        note: `${storageClass}, ${accessMode}, ${volumeMode}`,
      },
      {
        what: 'Its data',
        before: null,
        after: `as in the snapshot ${snapshot.name}`,
        note: snapshot.claim === null ? null : `of ${snapshot.claim}`,
      },
      {
        what: 'If it leaves Git',
        before: null,
        after: 'it is kept',
        note: 'Flux does not prune it',
      },
    ],
    alreadyThere: `The claim ${name} from ${snapshot.name} is in Git already.`,
  };
}

function gatesOf(
  request: RestoreRequest,
  { snapshots }: UnderClusterFacts,
): ChangeGate[] {
  const found = snapshots.items.find(
    ({ namespace, name }) =>
      namespace === request.namespace && name === request.snapshot,
  );
  const seen = found?.ready ? 'passed' : 'failed';
  let detail = `Whether the snapshot ${request.snapshot} is ready can't be seen now.`;
  if (snapshots.sight === 'known') {
    detail = `The snapshot ${request.snapshot} is ${
      found ? '' : 'not there, and '
    }${found?.ready ? 'ready' : 'not ready'}.`;
  }
  return [
    {
      id: 'snapshotReady',
      title: 'The snapshot is ready to use',
      state: snapshots.sight === 'known' ? seen : 'unknown',
      detail,
    },
  ];
}

function arrivalOf(
  { namespace, name }: RestoreRequest,
  facts: UnderClusterFacts,
): ChangeArrival {
  const { claims, storageClasses } = facts;
  if (claims.sight !== 'known') return { known: false };
  const live = claims.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  const isPending = live?.phase === 'Pending';
  if (isPending && storageClasses.sight !== 'known') return { known: false };
  if (
    live?.phase === 'Bound' ||
    (isPending && waitsForPod(facts, live.storageClass ?? ''))
  ) {
    return { known: true, arrived: true, missing: '' };
  }
  return {
    known: true,
    arrived: false,
    missing: live
      ? `The claim ${name} is ${live.phase ?? 'in no phase'}.`
      : `The claim ${name} is not there yet.`,
  };
}

/** A claim that is made from a snapshot, only where its class is of the driver that took it. */
export const restore: PlannableChange<RestoreRequest> = {
  kind: 'restore',
  action: 'kmetal:storage:restore',
  title: 'Claim from a snapshot',
  description:
    'Plans a PersistentVolumeClaim with the data of a VolumeSnapshot in the GitOps repository, where the class is of the driver that took it. Writes the changed files to the workspace, for a publishing action to propose. The claim stays if it leaves Git.',
  fields,
  read: input => ({
    namespace: dnsLabel(String(input.namespace), 'namespace', 'a namespace'),
    snapshot: dnsSubdomain(String(input.snapshot), 'snapshot', 'a snapshot'),
    name: dnsSubdomain(String(input.name), 'name', 'a claim'),
    storageClass: dnsSubdomain(
      String(input.storageClass),
      'storageClass',
      'a class',
    ),
    ...(typeof input.size === 'string' &&
      input.size !== '' && { size: quotaSize(input.size) }),
    accessMode:
      typeof input.accessMode === 'string' ? input.accessMode : 'ReadWriteOnce',
    ...((input.volumeMode === 'Block' || input.volumeMode === 'Filesystem') && {
      volumeMode: input.volumeMode,
    }),
  }),
  objectOf: ({ namespace, name }) => objectName(namespace, name),
  namespacesOf: ({ namespace }) => [namespace],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Just as large as the snapshot',
      input: {
        namespace: 'alpha',
        snapshot: 'before-upgrade',
        name: 'restored',
        storageClass: 'tenant-storage-class',
      },
    },
  ],
};
