import { isRecord } from '../../gitops/plainData';
import type { NewManifest } from '../../gitops/newManifest';
import type { ClaimPropertySet } from '../claimPropertySets';
import type { Backend, BackendRequest } from './backendRequest';

/** Of all canaries; fixed, so that facts can be asked for before the under cluster's class is known. */
export const CANARY_NAMESPACE = 'kmetal-storage-canary';

type NewBackend = Exclude<Backend, { name: 'local-path' }>;

type ForClass<Of> = Of extends unknown
  ? Omit<Of, 'chartVersion' | 'repositoryUrl' | 'namespace' | 'dataPath'>
  : never;

/** A backend as far as its classes tell: not where its driver comes from. */
export type BackendOfClass = ForClass<NewBackend>;

/** What a driver is called for people. */
export const TITLES: Record<Backend['name'], string> = {
  'local-path': 'local-path',
  longhorn: 'Longhorn',
  'rook-ceph': 'Rook-Ceph',
  nfs: 'NFS',
  csi: 'the CSI driver',
};

/** The provisioner of a class, which is the CSIDriver's name. Local-path's is read from the under cluster, so it has none here. */
export function driverOf(
  backend: BackendOfClass | { name: 'local-path' },
): string | undefined {
  switch (backend.name) {
    case 'longhorn':
      return 'driver.longhorn.io';
    case 'rook-ceph':
      // Rook puts the operator's namespace before the driver's name.
      return `${backend.operatorNamespace}.rbd.csi.ceph.com`;
    case 'nfs':
      return 'nfs.csi.k8s.io';
    case 'csi':
      return backend.provisioner;
    default:
      return undefined;
  }
}

/** The parameters of a class. */
export function parametersOf(backend: BackendOfClass): Record<string, string> {
  switch (backend.name) {
    case 'longhorn':
      return {
        numberOfReplicas: `${backend.replicas}`,
        staleReplicaTimeout: `${backend.staleReplicaTimeout}`,
        fsType: backend.fsType,
        dataLocality: backend.dataLocality,
      };
    case 'rook-ceph': {
      const { clusterNamespace } = backend;
      const secret = (role: string, name: string) => ({
        [`csi.storage.k8s.io/${role}-secret-name`]: name,
        [`csi.storage.k8s.io/${role}-secret-namespace`]: clusterNamespace,
      });
      return {
        clusterID: clusterNamespace,
        pool: backend.pool,
        imageFormat: '2',
        imageFeatures: backend.imageFeatures,
        ...secret('provisioner', 'rook-csi-rbd-provisioner'),
        // Without it, a larger claim waits for ever.
        ...secret('controller-expand', 'rook-csi-rbd-provisioner'),
        ...secret('controller-publish', 'rook-csi-rbd-provisioner'),
        ...secret('node-stage', 'rook-csi-rbd-node'),
        'csi.storage.k8s.io/fstype': backend.fsType,
      };
    }
    case 'nfs':
      return {
        server: backend.server,
        share: backend.share,
        ...(backend.subDir !== undefined && { subDir: backend.subDir }),
        // Text: 0755 as a number is 755, or 493.
        mountPermissions: backend.mountPermissions,
        onDelete: backend.onDelete,
      };
    default:
      return Object.fromEntries(
        backend.parameters.map(({ name, value }) => [name, value]),
      );
  }
}

/** Whether volumes of a class may grow. */
export function canExpand(backend: BackendOfClass): boolean {
  return backend.name === 'nfs' || backend.name === 'csi'
    ? backend.allowVolumeExpansion
    : true;
}

/** The StorageClass of a backend. Nothing in it says that it is the default. */
export function classManifest(
  name: string,
  backend: BackendOfClass,
  rest: {
    annotations?: Record<string, string>;
    reclaimPolicy: string;
    volumeBindingMode: string;
  },
): NewManifest {
  const parameters = parametersOf(backend);
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      ...(rest.annotations && { annotations: rest.annotations }),
    },
    provisioner: driverOf(backend),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    reclaimPolicy: rest.reclaimPolicy,
    allowVolumeExpansion: canExpand(backend),
    volumeBindingMode: rest.volumeBindingMode,
    ...(backend.name === 'nfs' &&
      backend.mountOptions.length > 0 && {
        mountOptions: backend.mountOptions,
      }),
  };
}

/** The class itself, as the new backend serves it. */
export function claimedClass(
  storageClass: string,
  request: BackendRequest,
  backend: NewBackend,
): NewManifest {
  return classManifest(storageClass, backend, {
    // Helm deletes by name what left its manifest: this tells it to leave the class that has the name by then.
    annotations: { 'helm.sh/resource-policy': 'keep' },
    reclaimPolicy: request.reclaimPolicy,
    volumeBindingMode:
      backend.name === 'csi'
        ? backend.volumeBindingMode
        : 'WaitForFirstConsumer',
  });
}

/** The pin of a class. */
export function pinnedProfile(
  storageClass: string,
  claimPropertySets: readonly ClaimPropertySet[],
): NewManifest {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'StorageProfile',
    metadata: { name: storageClass },
    spec: { claimPropertySets },
  };
}

/** The class that tries the driver. A class can't be changed, so each backend has its own. */
export function canaryName(
  storageClass: string,
  backend: Pick<Backend, 'name'>,
): string {
  return `${storageClass}-canary-${backend.name}`;
}

/** A class like the one to come, and a claim of it. No pod uses the claim, so it must not wait for one. */
export function canary(
  storageClass: string,
  request: BackendRequest,
  backend: NewBackend,
): NewManifest[] {
  const name = canaryName(storageClass, backend);
  const [pin] = request.claimPropertySets;
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: CANARY_NAMESPACE },
    },
    classManifest(name, backend, {
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    }),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: CANARY_NAMESPACE },
      spec: {
        accessModes: pin.accessModes.slice(0, 1),
        volumeMode: pin.volumeMode,
        storageClassName: name,
        resources: { requests: { storage: request.canarySize } },
      },
    },
  ];
}

/** The class for snapshots; undefined for drivers that make none. */
export function snapshotClass(
  storageClass: string,
  backend: NewBackend,
): NewManifest | undefined {
  const manifest = (parameters?: Record<string, string>): NewManifest => ({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name: `${storageClass}-${backend.name}` },
    driver: driverOf(backend),
    deletionPolicy: 'Delete',
    ...(parameters && { parameters }),
  });
  switch (backend.name) {
    case 'longhorn':
      // A snapshot in the volume's own replicas; `bak` would need a backup target.
      return manifest({ type: 'snap' });
    case 'rook-ceph':
      return manifest({
        clusterID: backend.clusterNamespace,
        'csi.storage.k8s.io/snapshotter-secret-name':
          'rook-csi-rbd-provisioner',
        'csi.storage.k8s.io/snapshotter-secret-namespace':
          backend.clusterNamespace,
      });
    case 'csi':
      return backend.snapshots ? manifest() : undefined;
    default:
      return undefined;
  }
}

/** Flux takes out what left Git; a driver with volumes must not go with a file. */
const KEPT = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };

/** What a driver's chart is told. */
function chartOf(
  backend: NewBackend,
): { name: string; values: Record<string, unknown> } | undefined {
  switch (backend.name) {
    case 'longhorn':
      return {
        name: 'longhorn',
        values: {
          // Otherwise the chart makes a class `longhorn`, and the default class of it.
          persistence: { createStorageClass: false, defaultClass: false },
          ...(backend.dataPath !== undefined && {
            defaultSettings: { defaultDataPath: backend.dataPath },
          }),
        },
      };
    case 'nfs':
      return {
        name: 'csi-driver-nfs',
        values: {
          externalSnapshotter: { enabled: false },
          storageClass: { create: false },
        },
      };
    default:
      return undefined;
  }
}

/** The driver's namespace, chart and release; none for drivers that are there already. */
export function driverManifests(
  backend: NewBackend,
  fluxNamespace: string,
): NewManifest[] {
  const chart = chartOf(backend);
  if (!chart || (backend.name !== 'longhorn' && backend.name !== 'nfs')) {
    return [];
  }
  const metadata = { name: chart.name, namespace: fluxNamespace };
  const ofNamespace = {
    name: backend.namespace,
    // Both drivers mount folders of their node.
    labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    annotations: KEPT,
  };
  const ofRelease = { ...metadata, annotations: KEPT };
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: ofNamespace,
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata,
      spec: {
        interval: '1h',
        ...(backend.repositoryUrl.startsWith('oci:') && { type: 'oci' }),
        url: backend.repositoryUrl,
      },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: ofRelease,
      spec: {
        interval: '1h',
        releaseName: chart.name,
        targetNamespace: backend.namespace,
        chart: {
          spec: {
            chart: chart.name,
            version: backend.chartVersion,
            sourceRef: { kind: 'HelmRepository', name: chart.name },
          },
        },
        values: chart.values,
      },
    },
  ];
}

/** Whether a StorageClass, as plain data, is a canary of the class. */
export function isCanaryClass(data: unknown, storageClass: string): boolean {
  return (
    isRecord(data) &&
    isRecord(data.metadata) &&
    typeof data.metadata.name === 'string' &&
    data.metadata.name.startsWith(`${storageClass}-canary-`)
  );
}
