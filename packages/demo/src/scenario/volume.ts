import { KubeObject } from '@kmetal/under-cluster';
import { uidOf } from './uid';

/** How an under cluster makes tenants' volumes. */
export interface Backend {
  underCluster: string;
  storageClass: string;
  provisioner: string;
  /** The provisioner is a CSI driver: volumes can be reached from every node. */
  csi: boolean;
  /** Worker nodes that are well. */
  nodes: string[];
  /** CDI's overhead for Filesystem volumes of the class, in thousandths: 60 is 6 %. */
  overheadPerMille: bigint;
}

/** A volume that works: what a DataVolume, its claim and its PersistentVolume need to know. */
export interface HealthyVolume {
  name: string;
  namespace: string;
  /** Bytes that were asked for, before CDI's overhead. */
  size: bigint;
  createdTime: string;
  /** The node whose disk it is on, or on which it was first used. */
  node: string;
  labels: Record<string, string>;
  volumeMode: 'Filesystem' | 'Block';
}

const MEBIBYTE = 1024n * 1024n;

/**
 * What a Filesystem volume is charged: since v1.63, CDI rounds the size up to 1 MiB and adds its overhead on top; a
 * fraction of a byte counts as one.
 */
export function chargedSize(size: bigint, overheadPerMille: bigint): bigint {
  const aligned = ((size + MEBIBYTE - 1n) / MEBIBYTE) * MEBIBYTE;
  return (aligned * (1000n + overheadPerMille) + 999n) / 1000n;
}

/** The DataVolume, claim and PersistentVolume of a volume that works. */
export function healthyVolume(
  volume: HealthyVolume,
  backend: Backend,
): KubeObject[] {
  const { name, namespace, createdTime, volumeMode } = volume;
  const uid = (kind: string) =>
    uidOf(backend.underCluster, kind, namespace, name);
  const claimUid = uid('PersistentVolumeClaim');
  const charged =
    volumeMode === 'Block'
      ? volume.size
      : chargedSize(volume.size, backend.overheadPerMille);
  const made = {
    ...volume,
    charged: `${charged}`,
    accessModes: ['ReadWriteOnce'],
  };
  const of = (object: KubeObject, own: string): KubeObject => ({
    ...object,
    metadata: {
      ...object.metadata,
      name: object.metadata.name,
      uid: own,
      creationTimestamp: createdTime,
    },
  });
  return [
    of(dataVolumeOf(volume, backend), uid('DataVolume')),
    of(boundClaim(made, claimUid, backend), claimUid),
    of(persistentVolumeOf(made, claimUid, backend), uid('PersistentVolume')),
  ];
}

/** The DataVolume of a volume that works. */
function dataVolumeOf(volume: HealthyVolume, backend: Backend): KubeObject {
  const { name, namespace, labels, createdTime, volumeMode } = volume;
  const conditions = [
    ['Bound', 'True', 'Bound', `PVC ${name} Bound`],
    ['Running', 'False', 'Completed', 'Import Complete'],
    ['Ready', 'True', '', ''],
  ].map(([type, status, reason, message]) => ({
    type,
    status,
    ...(reason && { reason }),
    ...(message && { message }),
    lastHeartbeatTime: createdTime,
    lastTransitionTime: createdTime,
  }));

  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { 'cdi.kubevirt.io/storage.deleteAfterCompletion': 'false' },
    },
    spec: {
      source: { blank: {} },
      storage: {
        resources: { requests: { storage: `${volume.size}` } },
        storageClassName: backend.storageClass,
        ...(volumeMode === 'Block' && { volumeMode }),
      },
    },
    status: {
      phase: 'Succeeded',
      progress: '100.0%',
      claimName: name,
      conditions,
    },
  };
}

/** What is made of a volume that CDI was asked for. */
export interface MadeVolume {
  name: string;
  namespace: string;
  /** Bytes that its claim asks for, CDI's overhead included. */
  charged: string;
  /** The node whose disk it is on, or on which it was first used. */
  node: string;
  labels: Record<string, string>;
  volumeMode: 'Filesystem' | 'Block';
  accessModes: string[];
}

/** A volume's claim as CDI makes it, before anything is there for it. */
export function pendingClaim(
  volume: Omit<MadeVolume, 'node'>,
  backend: Backend,
): KubeObject {
  const { name, namespace, labels, volumeMode, accessModes } = volume;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      labels: {
        app: 'containerized-data-importer',
        'app.kubernetes.io/component': 'storage',
        'app.kubernetes.io/managed-by': 'cdi-controller',
        ...labels,
      },
      annotations: { 'cdi.kubevirt.io/storage.contentType': 'kubevirt' },
      finalizers: ['kubernetes.io/pvc-protection'],
    },
    spec: {
      accessModes,
      resources: { requests: { storage: volume.charged } },
      storageClassName: backend.storageClass,
      volumeMode,
    },
    status: { phase: 'Pending' },
  };
}

/** What binding, populating and a first use add to a claim. */
export function bindingOf(
  volume: MadeVolume,
  volumeName: string,
  backend: Backend,
) {
  return {
    metadata: {
      annotations: {
        'cdi.kubevirt.io/storage.pod.phase': 'Succeeded',
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        ...(!backend.csi && {
          'volume.kubernetes.io/selected-node': volume.node,
        }),
        'volume.kubernetes.io/storage-provisioner': backend.provisioner,
      },
    },
    spec: { volumeName },
    status: {
      phase: 'Bound',
      accessModes: volume.accessModes,
      capacity: { storage: volume.charged },
    },
  };
}

function boundClaim(
  volume: MadeVolume,
  uid: string,
  backend: Backend,
): KubeObject {
  const claim = pendingClaim(volume, backend);
  const { metadata, spec, status } = bindingOf(volume, `pvc-${uid}`, backend);
  return {
    ...claim,
    metadata: {
      ...claim.metadata,
      name: claim.metadata.name,
      annotations: { ...claim.metadata.annotations, ...metadata.annotations },
    },
    spec: { ...claim.spec, ...spec },
    status,
  };
}

/** What the provisioner makes for a claim. */
export function persistentVolumeOf(
  volume: MadeVolume,
  claimUid: string,
  backend: Backend,
): KubeObject {
  const { name, namespace, volumeMode, accessModes } = volume;
  const { underCluster, storageClass, provisioner } = backend;
  const volumeName = `pvc-${claimUid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      finalizers: ['kubernetes.io/pv-protection'],
    },
    spec: {
      accessModes,
      capacity: { storage: volume.charged },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid: claimUid,
      },
      ...(backend.csi
        ? {
            csi: {
              driver: provisioner,
              fsType: 'ext4',
              volumeHandle: `0001-0009-rook-ceph-0000000000000002-${uidOf(
                underCluster,
                'image',
                namespace,
                name,
              )}`,
              volumeAttributes: { clusterID: 'rook-ceph', pool: 'replicapool' },
            },
          }
        : {
            hostPath: {
              path: `/var/data/tenant/${volumeName}_${namespace}_${name}`,
              type: 'DirectoryOrCreate',
            },
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  {
                    matchExpressions: [
                      {
                        key: 'kubernetes.io/hostname',
                        operator: 'In',
                        values: [volume.node],
                      },
                    ],
                  },
                ],
              },
            },
          }),
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: storageClass,
      volumeMode,
    },
    status: { phase: 'Bound' },
  };
}
