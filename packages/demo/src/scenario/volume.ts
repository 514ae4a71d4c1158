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
  const { name, namespace, labels, createdTime, volumeMode } = volume;
  const { underCluster, storageClass, provisioner } = backend;
  const uid = (kind: string) => uidOf(underCluster, kind, namespace, name);
  const claimUid = uid('PersistentVolumeClaim');
  const volumeName = `pvc-${claimUid}`;
  const charged =
    volumeMode === 'Block'
      ? volume.size
      : chargedSize(volume.size, backend.overheadPerMille);
  const storage = `${charged}`;
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

  const dataVolume: KubeObject = {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name,
      namespace,
      uid: uid('DataVolume'),
      creationTimestamp: createdTime,
      labels,
      annotations: { 'cdi.kubevirt.io/storage.deleteAfterCompletion': 'false' },
    },
    spec: {
      source: { blank: {} },
      storage: {
        resources: { requests: { storage: `${volume.size}` } },
        storageClassName: storageClass,
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
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      uid: claimUid,
      creationTimestamp: createdTime,
      labels: {
        app: 'containerized-data-importer',
        'app.kubernetes.io/component': 'storage',
        'app.kubernetes.io/managed-by': 'cdi-controller',
        ...labels,
      },
      annotations: {
        'cdi.kubevirt.io/storage.contentType': 'kubevirt',
        'cdi.kubevirt.io/storage.pod.phase': 'Succeeded',
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        ...(!backend.csi && {
          'volume.kubernetes.io/selected-node': volume.node,
        }),
        'volume.kubernetes.io/storage-provisioner': provisioner,
      },
      finalizers: ['kubernetes.io/pvc-protection'],
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage } },
      storageClassName: storageClass,
      volumeMode,
      volumeName,
    },
    status: {
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage },
    },
  };
  const persistentVolume: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      uid: uid('PersistentVolume'),
      creationTimestamp: createdTime,
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      finalizers: ['kubernetes.io/pv-protection'],
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage },
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
              volumeHandle: `0001-0009-rook-ceph-0000000000000002-${uid(
                'image',
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
  return [dataVolume, claim, persistentVolume];
}
