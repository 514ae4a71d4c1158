import type { StorageClass } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ClaimPropertySet,
  StorageClassRecord,
  StorageProfileRecord,
} from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { isKnown } from './freshness';

/** First match wins. Provisioners by their names in each project's documentation. */
const BACKENDS: Array<[pattern: RegExp, words: string]> = [
  // Before cluster.local/: this chart names its provisioner the same way.
  [/nfs-subdir-external-provisioner/, 'NFS server (nfs-subdir, no size limit)'],
  // The chart of local-path-provisioner names it cluster.local/<release>, unless told otherwise.
  [/^(cluster\.local\/|.*local-path)/, 'Local disks (local-path)'],
  [
    /^kubernetes\.io\/no-provisioner$/,
    'Local disks (volumes prepared by hand)',
  ],
  [/\.rbd\.csi\.ceph\.com$|^rbd\.csi\.ceph\.com$/, 'Ceph block storage (RBD)'],
  [
    /\.cephfs\.csi\.ceph\.com$|^cephfs\.csi\.ceph\.com$/,
    'Ceph file system (CephFS)',
  ],
  [/^driver\.longhorn\.io$/, 'Longhorn'],
  [/^nfs\.csi\.k8s\.io$/, 'NFS server'],
  [/^topolvm\.io$/, 'Local disks (TopoLVM)'],
  [
    /^local\.csi\.openebs\.io$|^zfs\.csi\.openebs\.io$/,
    'Local disks (OpenEBS)',
  ],
  [/^linstor\.csi\.linbit\.com$/, 'LINSTOR'],
  [/^csi\.trident\.netapp\.io$/, 'NetApp storage (Trident)'],
  [/^pxd\.portworx\.com$/, 'Portworx'],
  [/^csi\.hpe\.com$/, 'HPE storage'],
];

/** A provisioner in people's words; the provisioner itself if it is not a known one. */
export function backendOf(provisioner: string): string {
  return (
    BACKENDS.find(([pattern]) => pattern.test(provisioner))?.[1] ?? provisioner
  );
}

/** Whether the backend has nothing that could resize a volume, whatever the class says. */
export function cannotResize(provisioner: string): boolean {
  return /^(cluster\.local\/|.*local-path|.*nfs-subdir-external-provisioner)/.test(
    provisioner,
  );
}

/** The StorageClass of a name, if it is known to be there. */
export function storageClassOf(
  cluster: ClusterInventory,
  name: string,
): StorageClassRecord | undefined {
  return cluster.get('StorageClass', '', name);
}

/** CDI's StorageProfile of a class, which has the class's name. */
export function storageProfileOf(
  cluster: ClusterInventory,
  storageClass: string,
): StorageProfileRecord | undefined {
  return cluster.get('StorageProfile', '', storageClass);
}

function isSame(a: ClaimPropertySet[], b: ClaimPropertySet[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (set, index) =>
        set.volumeMode === b[index].volumeMode &&
        [...set.accessModes].sort().join() ===
          [...b[index].accessModes].sort().join(),
    )
  );
}

function profileView(
  cluster: ClusterInventory,
  storageClass: string,
): StorageClass['profile'] {
  if (!isKnown(cluster, 'StorageProfile')) {
    return { state: 'unknown', claimPropertySets: [] };
  }
  const profile = storageProfileOf(cluster, storageClass);
  if (!profile) {
    return { state: 'missing', claimPropertySets: [] };
  }
  let state: StorageClass['profile']['state'] = 'derived';
  if (profile.pinned.length > 0) {
    state = isSame(profile.pinned, profile.effective) ? 'pinned' : 'pinning';
  }
  return {
    state,
    claimPropertySets: profile.effective.map(set => ({
      accessModes: [...set.accessModes],
      volumeMode: set.volumeMode ?? null,
    })),
  };
}

/** The class that tenants' volumes are carved out of. */
export function storageClassView(cluster: ClusterInventory): StorageClass {
  const name = cluster.settings.storageClass;
  const record = storageClassOf(cluster, name);
  let state: StorageClass['state'] = 'present';
  if (!isKnown(cluster, 'StorageClass')) state = 'unknown';
  else if (!record) state = 'missing';
  return {
    state,
    name,
    provisioner: record?.provisioner ?? null,
    backend: record ? backendOf(record.provisioner) : null,
    volumeBindingMode: record?.volumeBindingMode ?? null,
    reclaimPolicy: record?.reclaimPolicy ?? null,
    allowVolumeExpansion: record?.allowVolumeExpansion ?? null,
    profile: profileView(cluster, name),
  };
}
