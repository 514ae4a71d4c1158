import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';

/** How a volume can be used. */
export interface ClaimMode {
  accessMode: string;
  volumeMode: 'Filesystem' | 'Block';
}

const RWX_BLOCK: ClaimMode = {
  accessMode: 'ReadWriteMany',
  volumeMode: 'Block',
};
const RWX_FILES: ClaimMode = {
  accessMode: 'ReadWriteMany',
  volumeMode: 'Filesystem',
};
const RWO_BLOCK: ClaimMode = {
  accessMode: 'ReadWriteOnce',
  volumeMode: 'Block',
};
const RWO_FILES: ClaimMode = {
  accessMode: 'ReadWriteOnce',
  volumeMode: 'Filesystem',
};

const ARRAY = [RWX_BLOCK, RWO_BLOCK, RWO_FILES];
const SHARE = [RWX_FILES, RWO_FILES];

/** pkg/storagecapabilities/storagecapabilities.go of CDI, where one name has one answer. */
const BUILT_IN = new Map<string, readonly ClaimMode[]>([
  ['nfs.csi.k8s.io', [RWX_FILES]],
  ['k8s-sigs.io/nfs-subdir-external-provisioner', [RWX_FILES]],
  ['rbd.csi.ceph.com', ARRAY],
  ['rook-ceph.rbd.csi.ceph.com', ARRAY],
  ['openshift-storage.rbd.csi.ceph.com', ARRAY],
  ['cephfs.csi.ceph.com', SHARE],
  ['rook-ceph.cephfs.csi.ceph.com', SHARE],
  ['openshift-storage.cephfs.csi.ceph.com', SHARE],
  ['linstor.csi.linbit.com', ARRAY],
  ['hspc.csi.hitachi.com', ARRAY],
  ['csi.hpe.com', ARRAY],
  ['block.csi.ibm.com', ARRAY],
  ['spectrumscale.csi.ibm.com', SHARE],
  ['csi-isilon.dellemc.com', SHARE],
  ['kubesan.gitlab.io', ARRAY],
  ['ebs.csi.aws.com', [RWO_BLOCK]],
  ['cinder.csi.openstack.org', [RWO_BLOCK, RWO_FILES]],
  ['csi.vsphere.vmware.com', [RWO_BLOCK, RWO_FILES]],
  ['topolvm.io', [RWO_BLOCK, RWO_FILES]],
  ['topolvm.cybozu.com', [RWO_BLOCK, RWO_FILES]],
]);

/** Drivers of which CDI asks a parameter whether they share files; without it they are arrays, or unknown. */
const BY_PARAMETER = new Map<string, { parameter: string; needed?: true }>([
  ['pxd.portworx.com', { parameter: 'backend' }],
  ['kubernetes.io/portworx-volume', { parameter: 'backend' }],
  ['csi.trident.netapp.io', { parameter: 'backendType', needed: true }],
  ['infinibox-csi-driver', { parameter: 'storage_protocol', needed: true }],
  ['csi-unity.dellemc.com', { parameter: 'protocol' }],
  ['csi-vxflexos.dellemc.com', { parameter: 'csi.storage.k8s.io/fstype' }],
  ['csi-powermax.dellemc.com', { parameter: 'csi.storage.k8s.io/fstype' }],
  ['csi-powerstore.dellemc.com', { parameter: 'csi.storage.k8s.io/fstype' }],
  ['csi.huawei.com', { parameter: 'protocol' }],
  ['csi.san.synology.com', { parameter: 'protocol' }],
]);

const SHARES_FILES = /^(nfs|nfs_treeq|smb|ontap-nas.*|pure_fa_file)$/i;

/**
 * What CDI takes for a class without a pinned profile, the first choice first.
 *
 * @returns undefined if CDI knows nothing of it: every DataVolume without access modes of its own fails.
 */
export function cdiChoicesOf(
  provisioner: string,
  parameters: Readonly<Record<string, string>>,
): readonly ClaimMode[] | undefined {
  if (provisioner === 'driver.longhorn.io') {
    if (parameters.migratable === 'true') return [RWX_BLOCK, RWO_BLOCK];
    if (parameters.nfsOptions) return SHARE;
    // Told apart since CDI 1.63; before, it is RWO/Block.
    return parameters.fsType ? [RWO_FILES] : [RWO_BLOCK];
  }
  const asked = BY_PARAMETER.get(provisioner);
  if (!asked) return BUILT_IN.get(provisioner);
  const says = parameters[asked.parameter];
  if (!says && asked.needed) return undefined;
  return SHARES_FILES.test(says ?? '') ? SHARE : ARRAY;
}

/** What a driver can do at all, as far as it is known; undefined if it is not. */
export function modesOf(
  provisioner: string,
  isLocalPath: boolean,
):
  | { accessModes: readonly string[]; volumeModes: readonly string[] }
  | undefined {
  if (isLocalPath) {
    return {
      accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'],
      volumeModes: ['Filesystem'],
    };
  }
  if (
    provisioner === 'nfs.csi.k8s.io' ||
    provisioner === 'k8s-sigs.io/nfs-subdir-external-provisioner' ||
    /cephfs\.csi\.ceph\.com$/.test(provisioner)
  ) {
    return {
      accessModes: [
        'ReadWriteMany',
        'ReadWriteOnce',
        'ReadWriteOncePod',
        'ReadOnlyMany',
      ],
      volumeModes: ['Filesystem'],
    };
  }
  return undefined;
}

/** Whether volumes that several nodes write to can be raw devices only: RBD is no file system of a cluster. */
export function sharesOnlyBlock(provisioner: string): boolean {
  return /(^|\.)rbd\.csi\.ceph\.com$/.test(provisioner);
}

/** Whether a class is local-path's: by the provisioner's own name, or because its map has the class. */
export function isLocalPathClass(
  facts: Pick<UnderClusterFacts, 'localPathMaps'>,
  storageClass: { name: string; provisioner: string },
): boolean {
  return (
    /^(rancher\.io\/local-path|cluster\.local\/.*local-path.*)$/.test(
      storageClass.provisioner,
    ) ||
    (storageClass.provisioner.startsWith('cluster.local/') &&
      facts.localPathMaps.items.some(
        map => map.storageClass === storageClass.name,
      ))
  );
}
