import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { NewManifest } from '../../gitops/newManifest';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import { classManifest, pinnedProfile } from '../backend/backendManifests';
import type { ChangeGate } from '../changePlan';
import { refuseChartsObjects } from '../chartOwner';
import { namespaceGate } from '../namespaceGate';
import { NEVER_PRUNED } from '../once';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
} from '../storageChange';
import {
  dropOtherStorage,
  judgeNodes,
  refuseLeftNodes,
  storageOf,
  tellOfLeftDisks,
} from './disks';
import { fields, read, type RookCephRequest } from './request';

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

/** Ceph goes forward only. */
function refuseOlderCeph(
  { draft, request, refuse }: Planning<RookCephRequest>,
  at: DraftPlace,
): void {
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
  if (clusterAt) {
    refuseOlderCeph(planning, clusterAt);
    refuseLeftNodes(planning, clusterAt);
    tellOfLeftDisks(planning, clusterAt);
    dropOtherStorage(planning, clusterAt);
  }
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
        note: `the disks hold 1/${replicas} of their size`,
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
  facts: UnderClusterFacts,
): ChangeGate[] {
  const ofOperator = namespaceGate(facts, {
    id: 'operatorNamespaceThere',
    title: "The namespace of Rook's operator is there",
    namespace: operatorNamespace,
  });
  if (namespace === operatorNamespace) return [ofOperator];
  return [
    ofOperator,
    namespaceGate(facts, {
      id: 'namespaceThere',
      title: 'The namespace of the cluster is there',
      namespace,
    }),
  ];
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
