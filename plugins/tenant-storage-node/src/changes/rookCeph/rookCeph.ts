import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { NewManifest } from '../../gitops/newManifest';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import { shownText } from '../../gitops/shownText';
import { readBackendClass, type BackendClass } from '../backend/backendClass';
import { classManifest, pinnedProfile } from '../backend/backendManifests';
import type { ChangeGate } from '../changePlan';
import { refuseChartsObjects } from '../chartOwner';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { NEVER_PRUNED } from '../once';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

/** What Rook 1.19 accepts (its release notes, "Breaking Changes"): the v18.2 of older pages is refused by the operator. */
const OLDEST_CEPH = [19, 2, 0] as const;

interface StorageNode {
  name: string;
  devices: string[];
}

/** A Ceph cluster with one pool, as it is asked for, checked. */
export interface RookCephRequest {
  namespace: string;
  operatorNamespace: string;
  image: string;
  mons: number;
  /** Named nodes with their devices; none means all nodes with the devices of the filter. */
  nodes: StorageNode[];
  deviceFilter?: string;
  pool: string;
  replicas: number;
  className: string;
  made: BackendClass;
  snapshotClassName: string;
  confirmDevices: boolean;
  confirmFewReplicas: boolean;
}

const fields = {
  namespace: z =>
    z
      .string()
      .optional()
      .describe('The namespace of the CephCluster. Default: `rook-ceph`'),
  operatorNamespace: z =>
    z
      .string()
      .optional()
      .describe(
        "The namespace of Rook's operator, which is installed already. That of the cluster unless told",
      ),
  cephImage: z =>
    z
      .string()
      .describe(
        'The image of Ceph with its whole version, v19.2.0 or later, such as `quay.io/ceph/ceph:v19.2.3`; with its digest where you pin those',
      ),
  mons: z =>
    z
      .number()
      .int()
      .optional()
      .describe('How many monitors, each on a node of its own. Default: `3`'),
  nodes: z =>
    z
      .array(
        z.object({
          name: z.string().describe('The node'),
          devices: z
            .array(z.string())
            .describe(
              'Its disks, such as `sdb` or `/dev/disk/by-id/…`; all that is on them is lost',
            ),
        }),
      )
      .optional()
      .describe(
        'Nodes and disks that Ceph may have. Every node, with the disks of `deviceFilter`, unless told',
      ),
  deviceFilter: z =>
    z
      .string()
      .optional()
      .describe(
        'Without `nodes`: a regular expression for the disks of every node, such as `^sd[b-d]$`',
      ),
  confirmDevices: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who has looked at the disks: Ceph takes every empty one of them, now and whenever one is added',
      ),
  pool: z =>
    z
      .string()
      .optional()
      .describe('The name of the CephBlockPool. Default: `replicapool`'),
  replicas: z =>
    z
      .number()
      .int()
      .optional()
      .describe('Copies of everything, on a node each. Default: `3`'),
  confirmFewReplicas: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who accepts that one broken disk may lose data, with less than 3 copies, or one broken node the cluster, with one monitor',
      ),
  className: z =>
    z
      .string()
      .optional()
      .describe('The name of the StorageClass. Default: `rook-ceph-block`'),
  snapshotClassName: z =>
    z
      .string()
      .optional()
      .describe(
        'The name of the VolumeSnapshotClass. Default: `rook-ceph-block`',
      ),
} satisfies Record<string, StorageChangeField>;

function wrong(field: string, value: string, problem: string, remedy: string) {
  return new GitOpsError({
    code: 'inputInvalid',
    field,
    problem: `${shownText(value)} ${problem}.`,
    remedy,
  });
}

function imageOf(text: string): string {
  const field = 'cephImage';
  const match =
    /^[a-z0-9][a-z0-9.:/_-]{0,255}:v(\d{1,3})\.(\d{1,3})\.(\d{1,3})(-\d{1,12})?(@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  if (!match) {
    throw new GitOpsError({
      code: 'imageNotPinned',
      field,
      problem: `${shownText(text)} has no whole version of Ceph in it.`,
      remedy:
        'Give it such as quay.io/ceph/ceph:v19.2.3: a floating tag would upgrade Ceph whenever a node pulls it.',
    });
  }
  const version = match.slice(1, 4).map(Number);
  const differing = OLDEST_CEPH.findIndex((part, at) => version[at] !== part);
  if (differing >= 0 && version[differing] < OLDEST_CEPH[differing]) {
    throw wrong(
      field,
      text,
      `is Ceph ${version.join(
        '.',
      )}, older than what Rook runs (${OLDEST_CEPH.join('.')})`,
      'Give a release of Ceph 19.2 or later.',
    );
  }
  return text;
}

function deviceOf(text: string, field: string): string {
  const isName = /^[a-z][a-z0-9]{1,31}$/.test(text);
  const isPath = /^\/dev\/disk\/by-(id|path)\/[A-Za-z0-9._:+-]{1,200}$/.test(
    text,
  );
  if (!isName && !isPath) {
    throw wrong(
      field,
      text,
      'is no disk',
      'Give its name, such as sdb, or its path below /dev/disk/by-id.',
    );
  }
  return text;
}

function nodesOf(value: unknown): StorageNode[] {
  const nodes = (value ?? []) as StorageNode[];
  const seen = new Set<string>();
  return nodes.map(({ name, devices }, index) => {
    const at = `nodes.${index}`;
    dnsSubdomain(name, `${at}.name`, 'a node');
    if (seen.has(name)) {
      throw wrong(`${at}.name`, name, 'is there twice', 'Give it once.');
    }
    seen.add(name);
    if (devices.length === 0) {
      throw wrong(
        `${at}.devices`,
        name,
        'has no disk that Ceph may have',
        'Name at least one, or leave the node out.',
      );
    }
    return {
      name,
      devices: devices.map((device, which) =>
        deviceOf(device, `${at}.devices.${which}`),
      ),
    };
  });
}

function filterOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const field = 'deviceFilter';
  if (!/^\^[A-Za-z0-9[\]()|.*+?{},_-]{1,100}\$?$/.test(value)) {
    throw wrong(
      field,
      value,
      'is no filter that begins with ^',
      'Give it such as ^sd[b-d]$, so that no other disk matches by accident.',
    );
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(value);
  } catch {
    throw wrong(
      field,
      value,
      'is no regular expression',
      'Give it such as ^sd[b-d]$.',
    );
  }
  const first = ['sda', 'vda', 'nvme0n1', 'xvda'].find(disk =>
    pattern.test(disk),
  );
  if (first) {
    throw new GitOpsError({
      code: 'unsafe',
      field,
      problem: `${shownText(
        value,
      )} matches ${first}, which is where most nodes have their system.`,
      remedy: 'Narrow it, such as ^sd[b-d]$, or name nodes and disks.',
    });
  }
  return value;
}

function countOf(
  input: Record<string, unknown>,
  field: string,
  other: number,
  allowed: readonly number[],
): number {
  const value = input[field];
  const count = typeof value === 'number' ? value : other;
  if (!allowed.includes(count)) {
    throw wrong(
      field,
      `${count}`,
      `is none of ${allowed.join(', ')}`,
      'Give one of these.',
    );
  }
  return count;
}

function read(input: Record<string, unknown>): RookCephRequest {
  const text = (field: string, other: string): string => {
    const value = input[field];
    return typeof value === 'string' && value !== '' ? value : other;
  };
  const namespace = dnsLabel(
    text('namespace', 'rook-ceph'),
    'namespace',
    'a namespace',
  );
  const operatorNamespace = dnsLabel(
    text('operatorNamespace', namespace),
    'operatorNamespace',
    'a namespace',
  );
  const pool = dnsLabel(text('pool', 'replicapool'), 'pool', 'a pool');
  const nodes = nodesOf(input.nodes);
  const deviceFilter = filterOf(input.deviceFilter);
  if (nodes.length > 0 && deviceFilter !== undefined) {
    throw wrong(
      'deviceFilter',
      deviceFilter,
      'is for every node, and nodes are named',
      'Give one of them.',
    );
  }
  if (nodes.length === 0 && deviceFilter === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'nodes',
      problem: 'Nobody says which disks Ceph may have.',
      remedy: 'Name nodes and disks, or give a deviceFilter.',
    });
  }
  const className = dnsSubdomain(
    text('className', 'rook-ceph-block'),
    'className',
    'a class',
  );
  if (className === 'local-path') {
    throw new GitOpsError({
      code: 'nameTaken',
      field: 'className',
      problem: 'local-path is the platform’s own class.',
      remedy: 'Give another name.',
    });
  }
  return {
    namespace,
    operatorNamespace,
    image: imageOf(String(input.cephImage)),
    mons: countOf(input, 'mons', 3, [1, 3, 5]),
    nodes,
    ...(deviceFilter !== undefined && { deviceFilter }),
    pool,
    replicas: countOf(input, 'replicas', 3, [2, 3, 4, 5]),
    className,
    made: readBackendClass('rook-ceph', {
      cephClusterNamespace: namespace,
      cephOperatorNamespace: operatorNamespace,
      cephPool: pool,
    }),
    snapshotClassName: dnsSubdomain(
      text('snapshotClassName', 'rook-ceph-block'),
      'snapshotClassName',
      'a class',
    ),
    confirmDevices: input.confirmDevices === true,
    confirmFewReplicas: input.confirmFewReplicas === true,
  };
}

function storageOf({ nodes, deviceFilter }: RookCephRequest) {
  if (nodes.length === 0) {
    return { useAllNodes: true, useAllDevices: false, deviceFilter };
  }
  return {
    useAllNodes: false,
    useAllDevices: false,
    nodes: nodes.map(({ name, devices }) => ({
      name,
      devices: devices.map(each => ({ name: each })),
    })),
  };
}

function manifests(
  request: RookCephRequest,
  options: {
    /** Where monitors keep what the cluster is: another folder is an empty one. */
    dataDirHostPath: string;
    withProfile: boolean;
    withSnapshots: boolean;
  },
) {
  const { namespace, pool, replicas, className, made } = request;
  const { dataDirHostPath, withProfile, withSnapshots } = options;
  const all: NewManifest[] = [
    {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephCluster',
      // A cluster or a pool that is being deleted can't be kept any more.
      metadata: { name: namespace, namespace, annotations: NEVER_PRUNED },
      spec: {
        cephVersion: { image: request.image },
        dataDirHostPath,
        mon: { count: request.mons, allowMultiplePerNode: false },
        mgr: {
          count: request.mons > 1 ? 2 : 1,
          allowMultiplePerNode: false,
        },
        dashboard: { enabled: true, ssl: true },
        storage: storageOf(request),
      },
    },
    {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephBlockPool',
      metadata: { name: pool, namespace, annotations: NEVER_PRUNED },
      spec: {
        failureDomain: 'host',
        replicated: { size: replicas, requireSafeReplicaSize: true },
      },
    },
    classManifest(className, made.served, {
      reclaimPolicy: 'Delete',
      volumeBindingMode: made.volumeBindingMode,
    }),
  ];
  if (withSnapshots) {
    all.push({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: request.snapshotClassName },
      driver: made.provisioner,
      parameters: {
        clusterID: namespace,
        'csi.storage.k8s.io/snapshotter-secret-name':
          'rook-csi-rbd-provisioner',
        'csi.storage.k8s.io/snapshotter-secret-namespace': namespace,
      },
      deletionPolicy: 'Delete',
    });
  }
  return withProfile ? [...all, pinnedProfile(className, [made.pin])] : all;
}

/** Where Ceph may run; undefined if nodes can't be seen. */
function hostsOf(
  facts: UnderClusterFacts,
  { nodes }: RookCephRequest,
): string[] | undefined {
  if (nodes.length > 0) return nodes.map(({ name }) => name);
  if (facts.nodes.sight !== 'known') return undefined;
  return facts.nodes.items
    .filter(
      ({ controlPlane, unschedulable }) => !controlPlane && !unschedulable,
    )
    .map(({ name }) => name);
}

function judgeNodes({
  facts,
  request,
  refuse,
  warn,
}: Planning<RookCephRequest>): void {
  if (facts.nodes.sight !== 'known') {
    warn(
      'nodesUnknown',
      `Nodes can't be seen now: ${request.replicas} copies need as many nodes with disks, ${request.mons} monitors as many nodes.`,
    );
  }
  request.nodes.forEach(({ name }, index) => {
    const live = facts.nodes.items.find(each => each.name === name);
    if (facts.nodes.sight === 'known' && !live) {
      refuse({
        code: 'notFound',
        field: `nodes.${index}.name`,
        problem: `There is no node ${name}.`,
        remedy: `Use ${facts.nodes.items.map(each => each.name).join(', ')}.`,
      });
    }
  });
  const unfit = request.nodes.flatMap(({ name }) => {
    const live = facts.nodes.items.find(each => each.name === name);
    if (live?.unschedulable) return [`${name} (cordoned)`];
    return live?.controlPlane ? [`${name} (control plane)`] : [];
  });
  if (unfit.length > 0) {
    warn(
      'nodesUnfit',
      `Rook puts nothing on nodes that are cordoned, or tainted as control planes are: ${unfit.join(
        ', ',
      )}.`,
    );
  }
  const hosts = hostsOf(facts, request);
  if (hosts && hosts.length < request.replicas) {
    refuse({
      code: 'notSupported',
      field: 'replicas',
      problem: `${request.replicas} copies need a node with disks each, and there are ${hosts.length}: nothing could ever be written.`,
      remedy: `Add nodes, or give ${Math.max(hosts.length, 2)} copies.`,
    });
  }
  const schedulable = facts.nodes.items.filter(
    ({ unschedulable, controlPlane }) => !unschedulable && !controlPlane,
  ).length;
  if (facts.nodes.sight === 'known' && schedulable < request.mons) {
    refuse({
      code: 'notSupported',
      field: 'mons',
      problem: `${request.mons} monitors need a worker each, and there are ${schedulable}.`,
      remedy: 'Give fewer (1, 3 or 5), or add workers.',
    });
  }
}

function refuseUnconfirmed({
  request,
  facts,
  refuse,
}: Planning<RookCephRequest>): void {
  if (!request.confirmDevices) {
    const what =
      request.nodes.length > 0
        ? request.nodes
            .map(({ name, devices }) => `${devices.join(', ')} of ${name}`)
            .join('; ')
        : `every disk like ${request.deviceFilter} of every node, of nodes that are added later, too`;
    refuse({
      code: 'confirmationMissing',
      field: 'confirmDevices',
      problem: `Ceph takes what is empty of ${what}.`,
      remedy:
        'Look at the disks (lsblk -f) of each node, then confirm; data of local-path must not be on them.',
    });
  }
  if (request.mons < 3 && !request.confirmFewReplicas) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmFewReplicas',
      problem:
        'With one monitor, the node that it is on takes the whole cluster with it.',
      remedy: 'Give 3, or confirm.',
    });
  }
  if (request.replicas < 3 && !request.confirmFewReplicas) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmFewReplicas',
      problem: `With ${request.replicas} copies a second broken disk loses data, and one that is away stops writing.`,
      remedy: 'Give 3, or confirm.',
    });
  }
  if (request.className === facts.storageClass) {
    refuse({
      code: 'nameTaken',
      field: 'className',
      problem: `${facts.storageClass} is the class of all tenants; what serves it is swapped in stages.`,
      remedy:
        'Give another name here, and use the change of the storage backend afterwards.',
    });
  }
}

function refuseExistingClass({
  draft,
  facts,
  request,
  refuse,
  warn,
}: Planning<RookCephRequest>): void {
  const { className, made } = request;
  const at = draft.find({
    apiGroup: 'storage.k8s.io',
    kind: 'StorageClass',
    name: className,
  });
  const live = facts.storageClasses.items.find(
    ({ name }) => name === className,
  );
  if (!at && facts.storageClasses.sight === 'unknown') {
    warn(
      'classUnknown',
      `Whether there is a class ${className} without Git can't be seen now.`,
    );
  }
  const provisioner = at ? draft.data(at, ['provisioner']) : live?.provisioner;
  const isOther =
    provisioner !== made.provisioner ||
    ['pool', 'clusterID'].some(
      key => at && draft.data(at, ['parameters', key]) !== made.parameters[key],
    );
  if (at ? isOther : live) {
    refuse({
      code: 'nameTaken',
      field: 'className',
      problem: `The class ${className} is there already (${String(
        provisioner,
      )})${
        at
          ? ` in ${draft.shown(at)}, of another driver, cluster or pool`
          : ' without Git'
      }, and Kubernetes takes no change of it.`,
      remedy: 'Give the class another name.',
    });
  }
}

/** As numbers, so that v19.10 is more than v19.2. */
function versionOf(image: unknown): number[] | undefined {
  const match = /:v(\d+)\.(\d+)\.(\d+)/.exec(String(image));
  return match ? match.slice(1, 4).map(Number) : undefined;
}

function isOlder(one: number[], other: number[]): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && one[at] < other[at];
}

/** Rook makes one cluster in a namespace. */
function refuseOtherCluster({
  draft,
  request: { namespace },
  refuse,
}: Planning<RookCephRequest>): void {
  const [other] = draft
    .list({ apiGroup: 'ceph.rook.io', kind: 'CephCluster', namespace })
    .filter(({ name }) => name !== namespace);
  if (other) {
    refuse({
      code: 'nameTaken',
      field: 'namespace',
      problem: `${namespace} has the CephCluster ${
        other.name
      } already, in ${draft.shown(other)}: Rook makes one in a namespace.`,
      remedy: 'Give a namespace of its own, or leave that cluster as it is.',
    });
  }
}

function namesOf(list: unknown): string[] {
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap(each => {
    const name = (each as { name?: unknown } | null)?.name;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Nodes that the cluster has in Git; those of a filter are all workers, as far as they can be seen. */
function nodesInGit(
  { draft, facts }: Planning<RookCephRequest>,
  at: DraftPlace,
): string[] {
  return draft.data(at, ['spec', 'storage', 'useAllNodes']) === true
    ? facts.nodes.items
        .filter(({ controlPlane }) => !controlPlane)
        .map(({ name }) => name)
    : namesOf(draft.data(at, ['spec', 'storage', 'nodes']));
}

function isTaken(
  { nodes, deviceFilter }: RookCephRequest,
  node: string,
  device: string,
): boolean {
  return deviceFilter === undefined
    ? nodes.some(
        ({ name, devices }) => name === node && devices.includes(device),
      )
    : new RegExp(deviceFilter).test(device);
}

/** Rook takes no disk out of Ceph because a list or a filter is another one. */
function tellOfLeftDisks(
  { draft, request, warn }: Planning<RookCephRequest>,
  at: DraftPlace,
): void {
  const storage = ['spec', 'storage'];
  const nodes = draft.data(at, [...storage, 'nodes']);
  const left = (Array.isArray(nodes) ? (nodes as unknown[]) : []).flatMap(
    (node, index) => {
      const [name] = namesOf([node]);
      return namesOf(draft.data(at, [...storage, 'nodes', index, 'devices']))
        .filter(device => !isTaken(request, name, device))
        .map(device => `${device} of ${name}`);
    },
  );
  const filter = draft.data(at, [...storage, 'deviceFilter']);
  if (typeof filter === 'string' && filter !== request.deviceFilter) {
    left.push(`disks like ${filter} that are taken already`);
  }
  if (left.length > 0) {
    warn(
      'disksStay',
      `They stay part of Ceph, until their OSDs are purged as Rook documents it: ${left.join(
        ', ',
      )}.`,
    );
  }
}

/** Ceph goes forward only, and a node that leaves the list keeps what is on it from its cluster. */
function refuseShrunk(
  planning: Planning<RookCephRequest>,
  at: DraftPlace | undefined,
): void {
  if (!at) return;
  const { draft, request, refuse } = planning;
  const before = versionOf(draft.data(at, ['spec', 'cephVersion', 'image']));
  const after = versionOf(request.image);
  if (before && after && isOlder(after, before)) {
    refuse({
      code: 'notSupported',
      field: 'cephImage',
      problem: `The cluster runs Ceph ${before.join('.')} in ${draft.shown(
        at,
      )}, and ${after.join('.')} is older: Ceph can't go back.`,
      remedy: `Give ${before.join('.')} or later.`,
    });
  }
  tellOfLeftDisks(planning, at);
  const gone =
    request.nodes.length === 0
      ? []
      : nodesInGit(planning, at).filter(
          name => !request.nodes.some(each => each.name === name),
        );
  if (gone.length > 0) {
    refuse({
      code: 'unsafe',
      field: 'nodes',
      problem: `Nodes of the cluster in ${draft.shown(
        at,
      )} are not in the list: ${gone.join(
        ', ',
      )}. Their disks stay part of Ceph, and nobody watches them any more.`,
      remedy:
        'List them, too; to take a node out, purge its OSDs first, as Rook documents it.',
    });
  }
}

/** Nodes and a filter for disks exclude each other. */
function dropOtherStorage(
  { draft, request }: Planning<RookCephRequest>,
  at: DraftPlace | undefined,
): void {
  if (!at) return;
  draft.remove(at, [
    'spec',
    'storage',
    request.nodes.length > 0 ? 'deviceFilter' : 'nodes',
  ]);
}

/** A VolumeSnapshotClass can't be changed either. */
function refuseExistingSnapshotClass({
  draft,
  facts,
  request,
  refuse,
}: Planning<RookCephRequest>): void {
  const name = request.snapshotClassName;
  const at = draft.find({
    apiGroup: 'snapshot.storage.k8s.io',
    kind: 'VolumeSnapshotClass',
    name,
  });
  const live = facts.snapshotClasses.items.find(each => each.name === name);
  const driver = at ? draft.data(at, ['driver']) : live?.driver;
  const isOther =
    driver !== request.made.provisioner ||
    (at && draft.data(at, ['parameters', 'clusterID']) !== request.namespace);
  if (at ? isOther : live) {
    refuse({
      code: 'nameTaken',
      field: 'snapshotClassName',
      problem: `The VolumeSnapshotClass ${name} is there already (${String(
        driver,
      )})${at ? ` in ${draft.shown(at)}` : ' without Git'}.`,
      remedy: 'Give it another name.',
    });
  }
}

function plan(planning: Planning<RookCephRequest>): PlannedChange {
  const { draft, facts, request, warn, underCluster } = planning;
  const { namespace, image, pool, replicas, className, nodes } = request;
  refuseUnconfirmed(planning);
  judgeNodes(planning);
  refuseExistingClass(planning);
  refuseExistingSnapshotClass(planning);
  refuseOtherCluster(planning);
  refuseChartsObjects(planning, { chart: 'rook-ceph-cluster', namespace });
  const version = /:v([\d.]+)/.exec(image)?.[1];
  const clusterAt = draft.find({
    apiGroup: 'ceph.rook.io',
    kind: 'CephCluster',
    namespace,
    name: namespace,
  });
  refuseShrunk(planning, clusterAt);
  const before = clusterAt
    ? draft.data(clusterAt, ['spec', 'cephVersion', 'image'])
    : null;
  if (
    !facts.csiDrivers.items.some(
      ({ name }) => name === request.made.provisioner,
    )
  ) {
    warn(
      'driverNotThere',
      `The driver ${request.made.provisioner} is not there${
        facts.csiDrivers.sight === 'known' ? ' yet' : ', or can’t be seen'
      }: Rook’s operator in ${
        request.operatorNamespace
      } brings it; nothing happens without the operator.`,
    );
  }
  const hasCdi = facts.storageProfiles.sight !== 'notInstalled';
  const hasSnapshots = facts.snapshotClasses.sight === 'known';
  if (!hasSnapshots) {
    warn(
      'noSnapshots',
      `No VolumeSnapshotClass is made: that kind ${
        facts.snapshotClasses.sight === 'notInstalled'
          ? 'is not installed'
          : "can't be seen now"
      }, and beside one that is not there Flux applies nothing.`,
    );
  }
  dropOtherStorage(planning, clusterAt);
  const dataDir =
    clusterAt && draft.data(clusterAt, ['spec', 'dataDirHostPath']);
  draft.put(
    manifests(request, {
      dataDirHostPath: typeof dataDir === 'string' ? dataDir : '/var/lib/rook',
      withProfile: hasCdi,
      withSnapshots: hasSnapshots,
    }),
    { change: 'rook-ceph', object: namespace },
  );
  return {
    title: `Rook-Ceph ${namespace} in ${underCluster}: Ceph ${version}, ${replicas} copies`,
    impact: [
      {
        what: 'Ceph',
        before: typeof before === 'string' ? before : null,
        after: image,
        note: null,
      },
      {
        what: 'Disks that Ceph takes',
        before: null,
        after:
          nodes.length > 0
            ? nodes
                .map(({ name, devices }) => `${name}: ${devices.join(', ')}`)
                .join('; ')
            : `every node: ${request.deviceFilter}`,
        note: 'empty ones only; they can’t be taken back without losing what is on them',
      },
      {
        what: 'Copies of everything',
        before: null,
        after: `${replicas}, on a node each`,
        note: `the disks hold a ${replicas}th of their size`,
      },
      {
        what: 'Class',
        before: null,
        after: className,
        note: `pool ${pool}; volumes can grow and be snapshotted (${request.snapshotClassName})`,
      },
      {
        what: 'Tenants',
        before: null,
        after: null,
        note: `not affected: their volumes stay on ${facts.storageClass}`,
      },
    ],
    notes: [
      `CephClusters are not read: make sure that there is none in ${namespace} without Git.`,
    ],
    alreadyThere: `The Ceph cluster ${namespace} is just that in Git already.`,
  };
}

function gatesOf(
  { namespace, operatorNamespace }: RookCephRequest,
  { namespaces }: UnderClusterFacts,
): ChangeGate[] {
  return [...new Set([operatorNamespace, namespace])].map((name, index) => {
    const isThere = namespaces.items.some(each => each.name === name);
    const seen = isThere ? 'passed' : 'failed';
    return {
      id: index === 0 ? 'operatorNamespaceThere' : 'namespaceThere',
      title:
        index === 0
          ? "The namespace of Rook's operator is there"
          : 'The namespace of the cluster is there',
      state: namespaces.sight === 'known' ? seen : 'unknown',
      detail:
        namespaces.sight === 'known'
          ? `The namespace ${name} is ${isThere ? '' : 'not '}there.`
          : `Whether the namespace ${name} is there can't be seen now.`,
    };
  });
}

function arrivalOf(
  { className, made, snapshotClassName }: RookCephRequest,
  { storageClasses, csiDrivers, snapshotClasses }: UnderClusterFacts,
): ChangeArrival {
  if (storageClasses.sight !== 'known' || csiDrivers.sight !== 'known') {
    return { known: false };
  }
  const missing = [
    ...(storageClasses.items.some(
      each => each.name === className && each.provisioner === made.provisioner,
    )
      ? []
      : [`the class ${className}`]),
    ...(csiDrivers.items.some(({ name }) => name === made.provisioner)
      ? []
      : [`the driver ${made.provisioner}`]),
    ...(snapshotClasses.sight !== 'known' ||
    snapshotClasses.items.some(({ name }) => name === snapshotClassName)
      ? []
      : [`the class ${snapshotClassName} of snapshots`]),
  ];
  return {
    known: true,
    arrived: missing.length === 0,
    missing:
      missing.length === 0 ? '' : `Not there yet: ${missing.join(', ')}.`,
  };
}

/** A Ceph cluster of Rook with one pool, a class and a class for snapshots. */
export const rookCeph: PlannableChange<RookCephRequest> = {
  kind: 'rook-ceph',
  action: 'kmetal:storage:rook-ceph',
  title: 'Rook-Ceph',
  description:
    'Plans a CephCluster with a CephBlockPool, a StorageClass and a VolumeSnapshotClass in the GitOps repository, for an operator that is installed. Writes the changed files to the workspace, for a publishing action to propose.',
  fields,
  read,
  objectOf: ({ namespace }) => namespace,
  namespacesOf: ({ namespace, operatorNamespace }) => [
    ...new Set([namespace, operatorNamespace]),
  ],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Named disks of three nodes',
      input: {
        cephImage: 'quay.io/ceph/ceph:v19.2.3',
        nodes: [
          { name: 'w1', devices: ['sdb', 'sdc'] },
          { name: 'w2', devices: ['sdb', 'sdc'] },
          { name: 'w3', devices: ['sdb', 'sdc'] },
        ],
        confirmDevices: true,
      },
    },
    {
      description: 'All disks but the first of every node',
      input: {
        cephImage: 'quay.io/ceph/ceph:v19.2.3',
        deviceFilter: '^sd[b-z]$',
        confirmDevices: true,
      },
    },
  ],
};
