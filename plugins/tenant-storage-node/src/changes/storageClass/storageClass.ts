import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { recordOf } from '../../gitops/plainData';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import {
  backendClassFields,
  readBackendClass,
  type BackendClass,
  type BackendKind,
} from '../backend/backendClass';
import { classManifest, pinnedProfile } from '../backend/backendManifests';
import type { ChangeGate } from '../changePlan';
import { dnsSubdomain } from '../checkedName';
import { localPathValues } from '../paths/localPathValues';
import { isImpossibleShare, shownSets } from '../claimPropertySets';
import { cdiChoicesOf } from '../provisioner';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
/** Kubernetes goes by the old annotation, too. */
const DEFAULT_CLASS_KEYS = [
  DEFAULT_CLASS,
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** A further class as it is asked for, checked. */
export interface ClassRequest {
  name: string;
  made: BackendClass;
  reclaimPolicy: 'Delete' | 'Retain';
  default: boolean;
  confirmBlock: boolean;
}

const fields = {
  name: z =>
    z.string().describe('The name of the class, such as `nfs-storage`'),
  backend: z =>
    z
      .enum(['nfs', 'rook-ceph', 'longhorn', 'csi'])
      .describe('What serves it; `csi` is the driver of any vendor'),
  reclaimPolicy: z =>
    z
      .enum(['Delete', 'Retain'])
      .optional()
      .describe(
        'What becomes of the data once a claim is deleted. Default: `Delete`',
      ),
  default: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Whether claims that name no class get this one. Default: `false`',
      ),
  confirmBlock: z =>
    z
      .boolean()
      .optional()
      .describe(
        "Set by who knows that containerd's `device_ownership_from_security_context` is on, on every worker: CDI's importers get no permission on raw devices otherwise",
      ),
  ...backendClassFields,
} satisfies Record<string, StorageChangeField>;

function read(input: Record<string, unknown>): ClassRequest {
  const name = dnsSubdomain(String(input.name), 'name', 'a class');
  if (name === 'local-path') {
    throw new GitOpsError({
      code: 'nameTaken',
      field: 'name',
      problem:
        'local-path is the platform’s own class: etcd of tenants and CDI’s scratch space live on it.',
      remedy: 'Give another name.',
    });
  }
  const { name: _, backend, reclaimPolicy, ...rest } = input;
  const {
    default: isDefault,
    confirmBlock,
    ...ofBackend
  } = rest as Record<string, unknown>;
  return {
    name,
    made: readBackendClass(backend as BackendKind, ofBackend),
    reclaimPolicy: reclaimPolicy === 'Retain' ? 'Retain' : 'Delete',
    default: isDefault === true,
    confirmBlock: confirmBlock === true,
  };
}

/** Kubernetes refuses every change of these, so a change of them would be stuck. */
function immutableDifference(
  { made, reclaimPolicy }: ClassRequest,
  there: {
    provisioner: string;
    parameters: Readonly<Record<string, unknown>>;
    reclaimPolicy: string | null;
    volumeBindingMode: string | null;
  },
): string | undefined {
  const pairs: Array<[string, unknown, unknown]> = [
    ['provisioner', there.provisioner, made.provisioner],
    ['reclaimPolicy', there.reclaimPolicy ?? 'Delete', reclaimPolicy],
    [
      'volumeBindingMode',
      there.volumeBindingMode ?? 'Immediate',
      made.volumeBindingMode,
    ],
    ...[
      ...new Set([
        ...Object.keys(there.parameters),
        ...Object.keys(made.parameters),
      ]),
    ].map((key): [string, unknown, unknown] => [
      `parameters.${key}`,
      there.parameters[key],
      made.parameters[key],
    ]),
  ];
  const found = pairs.find(([, before, after]) => before !== after);
  return (
    found &&
    `${found[0]} is ${
      found[1] === undefined ? 'not set' : String(found[1])
    }, and would be ${found[2] === undefined ? 'not set' : String(found[2])}`
  );
}

function refuseExisting({
  draft,
  facts,
  request,
  refuse,
}: Planning<ClassRequest>): void {
  const { name } = request;
  const live = facts.storageClasses.items.find(each => each.name === name);
  const at = draft.find({
    apiGroup: 'storage.k8s.io',
    kind: 'StorageClass',
    name,
  });
  if (at) {
    const says = recordOf(draft.data(at));
    const difference = immutableDifference(request, {
      provisioner: String(says.provisioner),
      parameters: recordOf(says.parameters),
      reclaimPolicy:
        typeof says.reclaimPolicy === 'string' ? says.reclaimPolicy : null,
      volumeBindingMode:
        typeof says.volumeBindingMode === 'string'
          ? says.volumeBindingMode
          : null,
    });
    if (difference) {
      refuse({
        code: 'nameTaken',
        field: 'name',
        file: draft.shown(at).replace(/:\d+$/, ''),
        problem: `The class ${name} is there already, and Kubernetes takes no change of it: ${difference}.`,
        remedy: 'Give the new class another name.',
      });
    }
    leaveOut(draft, at, says, request);
    return;
  }
  if (localPathValues(draft)?.classes.includes(name)) {
    refuse({
      code: 'ownedByHelmRelease',
      field: 'name',
      problem: `${name} is one of local-path's classes in Git: its chart renders the class, and a second owner of it would fight with that.`,
      remedy: 'Give the new class another name.',
    });
  } else if (live) {
    const owner =
      live.labels['helm.toolkit.fluxcd.io/name'] ??
      live.annotations['meta.helm.sh/release-name'];
    refuse({
      code: owner ? 'ownedByHelmRelease' : 'ownedElsewhere',
      field: 'name',
      problem: `The class ${name} is live and is made by ${
        owner ? `the Helm release ${owner}` : 'something else than Git'
      }; a second owner of it would fight with that.`,
      remedy: 'Give the new class another name.',
    });
  }
}

/** What may be changed of a class, and is not asked for any more. */
function leaveOut(
  draft: Planning<ClassRequest>['draft'],
  at: DraftPlace,
  says: Record<string, unknown>,
  request: ClassRequest,
): void {
  if (request.made.mountOptions.length === 0 && 'mountOptions' in says) {
    draft.remove(at, ['mountOptions']);
  }
  const annotations = recordOf(recordOf(says.metadata).annotations);
  if (request.default) return;
  for (const key of DEFAULT_CLASS_KEYS) {
    if (annotations[key] === 'true') {
      draft.remove(at, ['metadata', 'annotations', key]);
    }
  }
}

function otherDefaults(
  { name }: ClassRequest,
  { storageClasses }: UnderClusterFacts,
): string[] {
  return storageClasses.items
    .filter(each => each.isDefault && each.name !== name)
    .map(each => each.name);
}

/** Two default classes: Kubernetes takes the newest, and nobody means that. */
function refuseSecondDefault({
  draft,
  facts,
  request,
  refuse,
  warn,
}: Planning<ClassRequest>): void {
  if (!request.default) return;
  const inGit = draft
    .list({ apiGroup: 'storage.k8s.io', kind: 'StorageClass' })
    .filter(each => each.name !== request.name)
    .filter(each => {
      const { metadata } = recordOf(draft.data(each));
      const annotations = recordOf(recordOf(metadata).annotations);
      return DEFAULT_CLASS_KEYS.some(key => annotations[key] === 'true');
    });
  const names = new Set([
    ...inGit.map(({ name }) => name ?? 'one without a name'),
    ...otherDefaults(request, facts),
  ]);
  const open = facts.openChanges.find(
    ({ change, object, merged, input }) =>
      change === 'class' &&
      object !== request.name &&
      !merged &&
      input.default === true,
  );
  if (open) {
    refuse({
      code: 'defaultTaken',
      field: 'default',
      problem: `A request that is open makes ${open.object} the default class: with both merged there would be two.`,
      remedy: 'Leave this out, or withdraw that one.',
    });
  }
  if (names.size > 0) {
    refuse({
      code: 'defaultTaken',
      field: 'default',
      problem: `There is a default class already: ${[...names].join(', ')}.`,
      remedy: `Leave this out, or take ${DEFAULT_CLASS} from the other one first.`,
    });
  } else if (facts.storageClasses.sight !== 'known') {
    warn(
      'defaultsUnknown',
      'Classes that are live can’t be seen now, so there may be another default.',
    );
  }
}

function refuseWithoutDriver({
  facts,
  request,
  refuse,
  warn,
}: Planning<ClassRequest>): void {
  const { provisioner, backend } = request.made;
  if (facts.csiDrivers.sight !== 'known') {
    warn(
      'driverUnknown',
      `Whether the driver ${provisioner} is installed can't be seen now.`,
    );
  } else if (!facts.csiDrivers.items.some(({ name }) => name === provisioner)) {
    refuse({
      code: 'notInstalled',
      field: backend === 'csi' ? 'provisioner' : 'backend',
      problem: `The driver ${provisioner} is not installed in ${
        facts.underCluster
      }: there is no CSIDriver of that name. There is ${
        facts.csiDrivers.items.map(({ name }) => name).join(', ') || 'none'
      }.`,
      remedy:
        'Install the driver first; the change of the storage backend does so in its first stage.',
    });
  }
}

function refuseTooManyReplicas({
  facts,
  request,
  refuse,
  warn,
}: Planning<ClassRequest>): void {
  const { numberOfReplicas } = request.made.parameters;
  if (request.made.backend !== 'longhorn') return;
  if (facts.nodes.sight !== 'known') {
    warn(
      'nodesUnknown',
      `Nodes can't be seen now; ${numberOfReplicas} copies of each volume need as many workers.`,
    );
    return;
  }
  const workers = facts.nodes.items.filter(
    ({ controlPlane, unschedulable }) => !controlPlane && !unschedulable,
  );
  if (Number(numberOfReplicas) > workers.length) {
    refuse({
      code: 'notSupported',
      field: 'longhornReplicas',
      problem: `${numberOfReplicas} copies of each volume need as many nodes, and there are ${workers.length} workers: every volume would be degraded for ever.`,
      remedy: `Give ${Math.max(workers.length, 1)} at most.`,
    });
  }
}

function plan(planning: Planning<ClassRequest>): PlannedChange {
  const { draft, facts, request, refuse, underCluster } = planning;
  const { name, made, reclaimPolicy } = request;
  if (name === facts.storageClass) {
    refuse({
      code: 'nameTaken',
      field: 'name',
      problem: `${name} is the class of all tenants; what serves it is swapped in stages, or tenants are without storage.`,
      remedy: 'Use the change of the storage backend, or give another name.',
    });
  }
  refuseExisting(planning);
  refuseSecondDefault(planning);
  refuseWithoutDriver(planning);
  refuseTooManyReplicas(planning);
  if (made.pin.volumeMode === 'Block' && !request.confirmBlock) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmBlock',
      problem:
        "CDI's importers write to raw devices only if containerd's device_ownership_from_security_context is on, and nobody can see that from here.",
      remedy:
        'Look into /etc/containerd/config.toml of the workers, then confirm; or choose Filesystem.',
    });
  }
  if (isImpossibleShare(made.provisioner, made.pin)) {
    refuse({
      code: 'notSupported',
      field: 'accessMode',
      problem: `${made.provisioner} shares Block volumes only: a file system with ReadWriteMany is never made.`,
      remedy: 'Choose ReadWriteOnce, or Block.',
    });
  }
  const choice = cdiChoicesOf(made.provisioner, made.parameters)?.at(0);
  const hasCdi = facts.storageProfiles.sight !== 'notInstalled';
  if (facts.storageProfiles.sight === 'unknown') {
    planning.warn(
      'cdiUnknown',
      "Whether CDI is installed can't be seen now; without it Flux can't apply the StorageProfile, nor what is beside it.",
    );
  }
  const { clusterID, pool } = made.parameters;
  if (
    made.backend === 'rook-ceph' &&
    !draft.find({
      apiGroup: 'ceph.rook.io',
      kind: 'CephBlockPool',
      namespace: clusterID,
      name: pool,
    })
  ) {
    planning.warn(
      'poolNotInGit',
      `The CephBlockPool ${clusterID}/${pool} is in no repository, and pools are not read: without it no volume is made.`,
    );
  }
  draft.put(
    [
      classManifest(name, made.served, {
        volumeBindingMode: made.volumeBindingMode,
        reclaimPolicy,
        ...(request.default && { annotations: { [DEFAULT_CLASS]: 'true' } }),
      }),
      ...(hasCdi ? [pinnedProfile(name, [made.pin])] : []),
    ],
    { change: 'class', object: name },
  );
  const pin = shownSets([made.pin]);
  return {
    title: `Class ${name} in ${underCluster}: ${made.provisioner}`,
    impact: [
      {
        what: 'Volumes are made by',
        before: null,
        after: made.provisioner,
        note: Object.entries(made.parameters)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
      },
      {
        what: 'Deleted claims',
        before: null,
        after:
          reclaimPolicy === 'Delete'
            ? 'their data is deleted'
            : 'their data is kept, until somebody deletes the PersistentVolume',
        note: null,
      },
      {
        what: 'What CDI makes volumes with',
        before: choice
          ? `${choice.accessMode}/${choice.volumeMode}`
          : 'nothing',
        after: hasCdi ? pin : null,
        note: hasCdi
          ? 'pinned along with the class; before = what it would choose by itself'
          : 'CDI is not installed',
      },
      {
        what: 'Volumes can grow',
        before: null,
        after: made.expands ? 'yes' : 'no',
        note: null,
      },
      {
        what: 'Tenants',
        before: null,
        after: null,
        note: `not affected: their volumes stay on ${facts.storageClass}`,
      },
    ],
    alreadyThere: `The class ${name} of ${underCluster} is just that in Git already.`,
  };
}

function noOtherDefault(
  request: ClassRequest,
  facts: UnderClusterFacts,
): ChangeGate {
  const others = otherDefaults(request, facts);
  const isKnown = facts.storageClasses.sight === 'known';
  const seen = others.length === 0 ? 'passed' : 'failed';
  const words =
    others.length === 0
      ? 'There is no other default class.'
      : `The default class is ${others.join(', ')}.`;
  return {
    id: 'noOtherDefault',
    title: 'No other class is the default',
    state: isKnown ? seen : 'unknown',
    detail: isKnown ? words : "Which class is the default can't be seen now.",
  };
}

function gatesOf(
  request: ClassRequest,
  facts: UnderClusterFacts,
): ChangeGate[] {
  const { made } = request;
  const { csiDrivers } = facts;
  const isThere = csiDrivers.items.some(
    ({ name }) => name === made.provisioner,
  );
  const seen = isThere ? 'passed' : 'failed';
  return [
    {
      id: 'driverThere',
      title: 'The CSI driver is installed',
      state: csiDrivers.sight === 'known' ? seen : 'unknown',
      detail:
        csiDrivers.sight === 'known'
          ? `The CSIDriver ${made.provisioner} is ${
              isThere ? '' : 'not '
            }there.`
          : `Whether the CSIDriver ${made.provisioner} is there can't be seen now.`,
    },
    ...(request.default ? [noOtherDefault(request, facts)] : []),
  ];
}

function arrivalOf(
  { name, made }: ClassRequest,
  { storageClasses }: UnderClusterFacts,
): ChangeArrival {
  if (storageClasses.sight !== 'known') return { known: false };
  const live = storageClasses.items.find(each => each.name === name);
  if (live?.provisioner === made.provisioner) {
    return { known: true, arrived: true, missing: '' };
  }
  return {
    known: true,
    arrived: false,
    missing: live
      ? `The class ${name} is served by ${live.provisioner}.`
      : `The class ${name} is not there yet.`,
  };
}

/** A class besides that of the tenants. */
export const storageClass: PlannableChange<ClassRequest> = {
  kind: 'class',
  action: 'kmetal:storage:class',
  title: 'Storage class',
  description:
    'Plans a further StorageClass in the GitOps repository, with the pin of its StorageProfile: NFS, Rook-Ceph block, Longhorn or the CSI driver of a vendor. Writes the changed files to the workspace, for a publishing action to propose.',
  fields,
  read,
  objectOf: ({ name }) => name,
  namespacesOf: () => [],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'NFS, by csi-driver-nfs',
      input: {
        name: 'nfs-storage',
        backend: 'nfs',
        nfsServer: 'nfs-server.example.com',
        nfsShare: '/exports/kubernetes',
        nfsMountPermissions: '0755',
        reclaimPolicy: 'Retain',
      },
    },
    {
      description: 'A pool of Rook-Ceph',
      input: { name: 'rook-ceph-block', backend: 'rook-ceph' },
    },
    {
      description: 'Longhorn, with two copies of each volume',
      input: { name: 'longhorn', backend: 'longhorn', longhornReplicas: 2 },
    },
    {
      description: 'The CSI driver of a vendor',
      input: {
        name: 'gold',
        backend: 'csi',
        provisioner: 'csi.example.com',
        parameters: { tier: 'gold' },
      },
    },
  ],
};
