import { cdiView } from './cdi';
import { HEALTHY_PLATFORM, inventoryOf, NOW } from './inventoryOf.testing';
import { backendOf, storageClassView } from './storageClass';

const set = { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' };
const unseen = {
  state: 'notPermitted' as const,
  since: NOW,
  message: 'forbidden',
};

describe('the storage class', () => {
  it.each([
    ['rancher.io/local-path', 'Local disks (local-path)'],
    ['cluster.local/local-path-provisioner', 'Local disks (local-path)'],
    ['cluster.local/kmetal', 'Local disks (local-path)'],
    [
      'cluster.local/nfs-subdir-external-provisioner',
      'NFS server (nfs-subdir, no size limit)',
    ],
    ['rook-ceph.rbd.csi.ceph.com', 'Ceph block storage (RBD)'],
    ['storage.cephfs.csi.ceph.com', 'Ceph file system (CephFS)'],
    ['driver.longhorn.io', 'Longhorn'],
    ['nfs.csi.k8s.io', 'NFS server'],
    ['csi.acme.example', 'csi.acme.example'],
  ])('names the backend of %s as %s', (provisioner, words) => {
    expect(backendOf(provisioner)).toBe(words);
  });

  it('is shown with what is behind it', () => {
    expect(storageClassView(inventoryOf(HEALTHY_PLATFORM))).toEqual({
      state: 'present',
      name: 'tenant-storage-class',
      provisioner: 'cluster.local/local-path',
      backend: 'Local disks (local-path)',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
      allowVolumeExpansion: true,
      profile: { state: 'pinned', claimPropertySets: [set] },
    });
  });

  it('is missing if there is none, and unknown if it can not be seen', () => {
    expect(storageClassView(inventoryOf({}))).toMatchObject({
      state: 'missing',
      provisioner: null,
      backend: null,
      allowVolumeExpansion: null,
      profile: { state: 'missing', claimPropertySets: [] },
    });
    expect(
      storageClassView(
        inventoryOf(HEALTHY_PLATFORM, {
          states: { StorageClass: unseen, StorageProfile: unseen },
        }),
      ),
    ).toMatchObject({ state: 'unknown', profile: { state: 'unknown' } });
  });

  it.each([
    ['pinned', [set], [set]],
    ['pinning', [set], []],
    ['pinning', [set], [{ ...set, volumeMode: 'Block' }]],
    ['derived', [], [set]],
    ['derived', [], []],
  ])('has a profile that is %s (%#)', (state, pinned, effective) => {
    const cluster = inventoryOf({
      StorageProfile: [{ name: 'tenant-storage-class', pinned, effective }],
    });
    expect(storageClassView(cluster).profile.state).toBe(state);
  });
});

describe('CDI', () => {
  it('is deployed, not deployed, not installed or unknown', () => {
    expect(cdiView(inventoryOf(HEALTHY_PLATFORM))).toEqual({
      state: 'deployed',
      phase: 'Deployed',
      version: 'v1.63.0',
      filesystemOverhead: '0.06',
    });
    expect(
      cdiView(inventoryOf({ CDI: [{ name: 'cdi', phase: 'Error' }] })),
    ).toMatchObject({ state: 'notDeployed', phase: 'Error' });
    expect(cdiView(inventoryOf({}))).toMatchObject({
      state: 'notDeployed',
      phase: null,
      version: null,
      filesystemOverhead: null,
    });
    expect(
      cdiView(
        inventoryOf(
          {},
          { states: { CDI: { ...unseen, state: 'notInstalled' } } },
        ),
      ).state,
    ).toBe('notInstalled');
    expect(cdiView(inventoryOf({}, { states: { CDI: unseen } })).state).toBe(
      'unknown',
    );
  });
});
