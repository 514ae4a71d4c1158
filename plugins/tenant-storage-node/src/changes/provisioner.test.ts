import { cdiChoicesOf } from './provisioner';

function firstOf(provisioner: string, parameters: Record<string, string> = {}) {
  const first = cdiChoicesOf(provisioner, parameters)?.at(0);
  return first && `${first.accessMode}/${first.volumeMode}`;
}

const RWX_BLOCK = 'ReadWriteMany/Block';
const RWX_FILES = 'ReadWriteMany/Filesystem';

/** As CDI's pkg/storagecapabilities/storagecapabilities.go has it. */
it.each<[string, Record<string, string>, string | undefined]>([
  ['rook-ceph.rbd.csi.ceph.com', {}, RWX_BLOCK],
  ['rook-ceph.cephfs.csi.ceph.com', {}, RWX_FILES],
  ['driver.longhorn.io', {}, 'ReadWriteOnce/Block'],
  ['driver.longhorn.io', { fsType: 'ext4' }, 'ReadWriteOnce/Filesystem'],
  ['driver.longhorn.io', { fsType: 'ext4', nfsOptions: 'soft' }, RWX_FILES],
  ['driver.longhorn.io', { migratable: 'true' }, RWX_BLOCK],
  ['csi.san.synology.com', {}, RWX_BLOCK],
  ['csi.san.synology.com', { protocol: 'iscsi' }, RWX_BLOCK],
  ['csi.san.synology.com', { protocol: 'smb' }, RWX_FILES],
  ['csi-isilon.dellemc.com', {}, RWX_FILES],
  ['csi-unity.dellemc.com', { protocol: 'NFS' }, RWX_FILES],
  ['csi-unity.dellemc.com', { protocol: 'FC' }, RWX_BLOCK],
  [
    'csi-powerstore.dellemc.com',
    { 'csi.storage.k8s.io/fstype': 'nfs' },
    RWX_FILES,
  ],
  ['csi.trident.netapp.io', { backendType: 'ontap-san' }, RWX_BLOCK],
  ['csi.trident.netapp.io', { backendType: 'ontap-nas-flexgroup' }, RWX_FILES],
  ['csi.trident.netapp.io', {}, undefined],
  ['infinibox-csi-driver', { storage_protocol: 'iscsi' }, RWX_BLOCK],
  ['infinibox-csi-driver', { storage_protocol: 'nfs_treeq' }, RWX_FILES],
  ['infinibox-csi-driver', {}, undefined],
  ['pxd.portworx.com', { backend: 'pure_fa_file' }, RWX_FILES],
  ['pxd.portworx.com', {}, RWX_BLOCK],
  ['csi.example.com', { protocol: 'nfs' }, undefined],
  ['cluster.local/local-path-provisioner', {}, undefined],
])('of %s with %j, CDI chooses %s', (provisioner, parameters, choice) => {
  expect(firstOf(provisioner, parameters)).toBe(choice);
});
