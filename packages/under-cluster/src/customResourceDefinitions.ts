import { KubeObject, Json } from './object';
import { storageProfile } from './platformKinds/cdi';
import {
  gitRepository,
  helmRelease,
  helmRepository,
  kustomization,
} from './platformKinds/flux';
import { cephBlockPool, cephCluster } from './platformKinds/rook';
import { anything } from './platformKinds/schema';
import {
  APPROVAL,
  volumeSnapshot,
  volumeSnapshotClass,
  volumeSnapshotContent,
} from './platformKinds/snapshots';
import {
  backup,
  backupStorageLocation,
  restore,
  schedule,
  volumeSnapshotLocation,
} from './platformKinds/velero';

interface Definition {
  /** Group and version. */
  apiVersion: string;
  kind: string;
  plural: string;
  /** Of the whole cluster, not of a namespace. */
  clusterWide?: boolean;
  shortNames?: string[];
  /** Spec and status are written through the same door. */
  noStatusSubresource?: boolean;
  annotations?: Record<string, string>;
  /** Takes anything, if absent. */
  schema?: Json;
}

function definition({
  apiVersion,
  kind,
  plural,
  clusterWide,
  shortNames,
  noStatusSubresource,
  annotations,
  schema = anything,
}: Definition): KubeObject {
  const [group, version] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(annotations && { annotations }),
    },
    spec: {
      group,
      names: {
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        ...(shortNames && { shortNames }),
      },
      scope: clusterWide ? 'Cluster' : 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(!noStatusSubresource && { subresources: { status: {} } }),
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

const CDI = 'cdi.kubevirt.io/v1beta1';
const KUBEVIRT = 'kubevirt.io/v1';
const SOURCE = 'source.toolkit.fluxcd.io/v1';
const VELERO = 'velero.io/v1';
const SNAPSHOT = 'snapshot.storage.k8s.io/v1';
const ROOK = 'ceph.rook.io/v1';

/**
 * CustomResourceDefinitions of the platform's own kinds: names, scopes and subresources are theirs. What the portal or a person writes into Git has a
 * schema as strict as its own in every field that is written (`platformKinds/`); the rest is taken as it comes.
 */
export const PLATFORM_DEFINITIONS: readonly KubeObject[] = [
  definition({
    apiVersion: CDI,
    kind: 'DataVolume',
    plural: 'datavolumes',
    shortNames: ['dv', 'dvs'],
  }),
  definition({
    apiVersion: CDI,
    kind: 'StorageProfile',
    plural: 'storageprofiles',
    clusterWide: true,
    schema: storageProfile,
  }),
  definition({
    apiVersion: CDI,
    kind: 'CDI',
    plural: 'cdis',
    clusterWide: true,
    shortNames: ['cdi'],
  }),
  definition({
    apiVersion: CDI,
    kind: 'CDIConfig',
    plural: 'cdiconfigs',
    clusterWide: true,
  }),
  definition({
    apiVersion: 'kamaji.clastix.io/v1alpha1',
    kind: 'TenantControlPlane',
    plural: 'tenantcontrolplanes',
    shortNames: ['tcp'],
  }),
  definition({
    apiVersion: KUBEVIRT,
    kind: 'VirtualMachineInstance',
    plural: 'virtualmachineinstances',
    shortNames: ['vmi', 'vmis'],
  }),
  definition({
    apiVersion: KUBEVIRT,
    kind: 'VirtualMachine',
    plural: 'virtualmachines',
    shortNames: ['vm', 'vms'],
  }),
  definition({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    plural: 'kustomizations',
    shortNames: ['ks'],
    schema: kustomization,
  }),
  definition({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    shortNames: ['hr'],
    schema: helmRelease,
  }),
  definition({
    apiVersion: SOURCE,
    kind: 'GitRepository',
    plural: 'gitrepositories',
    shortNames: ['gitrepo'],
    schema: gitRepository,
  }),
  definition({
    apiVersion: SOURCE,
    kind: 'HelmRepository',
    plural: 'helmrepositories',
    shortNames: ['helmrepo'],
    schema: helmRepository,
  }),
  definition({
    apiVersion: VELERO,
    kind: 'BackupStorageLocation',
    plural: 'backupstoragelocations',
    shortNames: ['bsl'],
    noStatusSubresource: true,
    schema: backupStorageLocation,
  }),
  definition({
    apiVersion: VELERO,
    kind: 'VolumeSnapshotLocation',
    plural: 'volumesnapshotlocations',
    shortNames: ['vsl'],
    noStatusSubresource: true,
    schema: volumeSnapshotLocation,
  }),
  definition({
    apiVersion: VELERO,
    kind: 'Backup',
    plural: 'backups',
    noStatusSubresource: true,
    schema: backup,
  }),
  definition({
    apiVersion: VELERO,
    kind: 'Restore',
    plural: 'restores',
    noStatusSubresource: true,
    schema: restore,
  }),
  definition({
    apiVersion: VELERO,
    kind: 'Schedule',
    plural: 'schedules',
    noStatusSubresource: true,
    schema: schedule,
  }),
  definition({
    apiVersion: SNAPSHOT,
    kind: 'VolumeSnapshot',
    plural: 'volumesnapshots',
    shortNames: ['vs'],
    annotations: APPROVAL,
    schema: volumeSnapshot,
  }),
  definition({
    apiVersion: SNAPSHOT,
    kind: 'VolumeSnapshotClass',
    plural: 'volumesnapshotclasses',
    clusterWide: true,
    shortNames: ['vsclass', 'vsclasses'],
    noStatusSubresource: true,
    annotations: APPROVAL,
    schema: volumeSnapshotClass,
  }),
  definition({
    apiVersion: SNAPSHOT,
    kind: 'VolumeSnapshotContent',
    plural: 'volumesnapshotcontents',
    clusterWide: true,
    shortNames: ['vsc', 'vscs'],
    annotations: APPROVAL,
    schema: volumeSnapshotContent,
  }),
  definition({
    apiVersion: ROOK,
    kind: 'CephCluster',
    plural: 'cephclusters',
    shortNames: ['ceph'],
    schema: cephCluster,
  }),
  definition({
    apiVersion: ROOK,
    kind: 'CephBlockPool',
    plural: 'cephblockpools',
    shortNames: ['cephbp'],
    schema: cephBlockPool,
  }),
];

/** The definitions that objects need and don't bring along themselves. */
export function definitionsFor(objects: readonly KubeObject[]): KubeObject[] {
  const brought = new Set(
    objects
      .filter(object => object.kind === 'CustomResourceDefinition')
      .map(object => object.metadata.name),
  );
  return PLATFORM_DEFINITIONS.filter(
    ({ metadata, spec }) =>
      !brought.has(metadata.name) &&
      objects.some(
        object =>
          object.kind === spec.names.kind &&
          object.apiVersion === `${spec.group}/${spec.versions[0].name}`,
      ),
  );
}
