import type { StorageChangeKind } from '@kmetal/backstage-plugin-tenant-storage-common';

/** Of s3.example.com, signed by itself. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS+gAwIBAgIUG1h6759vHPs3jeHNWuBxiK76fBMwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOczMuZXhhbXBsZS5jb20wIBcNMjYxMTIzMDIwMjM0WhgPMjEy
NjEwMzAwMjAyMzRaMBkxFzAVBgNVBAMMDnMzLmV4YW1wbGUuY29tMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE7LkKZU398SGWIIFGeznDI61bsWkcP1yn2//8Vaq3
I1mOMRrFutiGkwytehbLhSGaFNjj40fJ722XfqE+bfS/DqNTMFEwHQYDVR0OBBYE
FMjObvfQnPNsE1W71HIOXXcdAQLhMB8GA1UdIwQYMBaAFMjObvfQnPNsE1W71HIO
XXcdAQLhMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgOauBGzm7
kxWjP8SflMiODMgO9DrY9LGNpXUeZow9bWECICXdlkdIDl7lI5SKka5KnbDUI3wA
R+aCm6ILdjXWZ1Fb
-----END CERTIFICATE-----
`;

/** What a form can ask for and no example does: together they write each field that is ever written. */
export const FORMS: ReadonlyArray<{
  kind: StorageChangeKind;
  description: string;
  input: Record<string, unknown>;
}> = [
  {
    kind: 'velero-location',
    description: 'Amazon S3 with a key of KMS, and snapshots of EBS',
    input: {
      name: 'frankfurt',
      bucket: 'kmetal-backups',
      region: 'eu-central-1',
      serverSideEncryption: 'aws:kms',
      kmsKeyId: 'alias/velero',
      volumeSnapshotLocation: true,
      confirmNoTenantData: true,
    },
  },
  {
    kind: 'velero-location',
    description: 'another server with an authority of its own, read only',
    input: {
      name: 'archive',
      bucket: 'velero',
      prefix: 'muc-1',
      region: 'garage',
      s3Url: 'https://s3.example.com',
      s3ForcePathStyle: false,
      checksumAlgorithm: 'CRC32C',
      serverSideEncryption: 'AES256',
      caCert: PEM,
      accessMode: 'ReadOnly',
      confirmReadOnly: true,
      confirmNoTenantData: true,
    },
  },
  {
    kind: 'velero-location',
    description: 'a server whose certificate is not checked',
    input: {
      name: 'lab',
      bucket: 'velero',
      region: 'minio',
      s3Url: 'https://10.0.0.7:9000',
      insecureSkipTLSVerify: true,
      confirmInsecure: true,
      confirmNoTenantData: true,
    },
  },
  {
    kind: 'profile',
    description: 'several choices',
    input: {
      storageClass: 'tenant-storage-class',
      claimPropertySets: [
        { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        { accessModes: ['ReadWriteOncePod'], volumeMode: 'Filesystem' },
      ],
    },
  },
  {
    kind: 'backend',
    description: 'Longhorn is installed, with everything said',
    input: {
      stage: 'install',
      to: 'longhorn',
      longhorn: {
        chartVersion: '1.9.1',
        repositoryUrl: 'oci://registry.example.com/charts',
        namespace: 'longhorn',
        replicas: 1,
        fsType: 'xfs',
        dataLocality: 'strict-local',
        staleReplicaTimeout: 30,
        dataPath: '/var/lib/longhorn',
      },
      canarySize: '2Gi',
    },
  },
  {
    kind: 'backend',
    description: 'a canary of Rook-Ceph',
    input: {
      stage: 'install',
      to: 'rook-ceph',
      rookCeph: {
        pool: 'tenants',
        clusterNamespace: 'ceph',
        operatorNamespace: 'rook-ceph',
        fsType: 'xfs',
        imageFeatures: 'layering,exclusive-lock',
      },
    },
  },
  {
    kind: 'backend',
    description: 'csi-driver-nfs is installed, with everything said',
    input: {
      stage: 'install',
      to: 'nfs',
      nfs: {
        chartVersion: '4.11.0',
        namespace: 'nfs',
        server: 'nfs.example.com',
        share: '/exports/kubernetes',
        subDir: 'tenants',
        mountPermissions: '0',
        mountOptions: ['hard', 'nfsvers=4.2'],
        onDelete: 'archive',
        allowVolumeExpansion: true,
      },
    },
  },
  {
    kind: 'backend',
    description: "a canary of a vendor's driver, with its snapshots",
    input: {
      stage: 'install',
      to: 'csi',
      csi: {
        provisioner: 'csi.example.com',
        parameters: [
          { name: 'csi.storage.k8s.io/provisioner-secret-name', value: 'x' },
          { name: 'thin', value: 'yes' },
          { name: 'mode', value: '0755' },
          { name: 'big', value: '12345678901234567890' },
          { name: 'empty', value: '' },
        ],
        snapshots: true,
        volumeBindingMode: 'Immediate',
      },
      claimPropertySets: [
        { accessModes: ['ReadWriteMany'], volumeMode: 'Filesystem' },
      ],
    },
  },
  {
    kind: 'backend',
    description: 'raw volumes of Rook-Ceph take the class',
    input: {
      stage: 'claim',
      to: 'rook-ceph',
      rookCeph: { pool: 'tenants' },
      reclaimPolicy: 'Retain',
      claimPropertySets: [
        { accessModes: ['ReadWriteMany'], volumeMode: 'Block' },
        { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
      ],
      confirmBlock: true,
    },
  },
  ...['rook-ceph', 'nfs', 'csi'].flatMap(to =>
    ['release', 'cleanUp'].map(stage => ({
      kind: 'backend' as const,
      description: `${stage} for ${to}`,
      input: {
        stage,
        to,
        ...(to === 'nfs' && {
          nfs: { server: 'nfs.example.com', share: '/exports/kubernetes' },
        }),
        ...(to === 'csi' && {
          csi: { provisioner: 'csi.example.com' },
          claimPropertySets: [
            { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
          ],
        }),
      },
    })),
  ),
  {
    kind: 'class',
    description: 'NFS with a folder and options of mount, as the default',
    input: {
      name: 'shared',
      backend: 'nfs',
      nfsServer: 'nfs.example.com',
      nfsShare: '/exports/kubernetes',
      nfsSubDir: 'volumes/team',
      nfsMountOptions: ['soft', 'nfsvers=3'],
      accessMode: 'ReadWriteMany',
      allowVolumeExpansion: true,
      default: true,
    },
  },
  {
    kind: 'class',
    description: 'raw volumes of a pool of Rook-Ceph',
    input: {
      name: 'raw',
      backend: 'rook-ceph',
      cephPool: 'fast',
      cephClusterNamespace: 'ceph',
      cephOperatorNamespace: 'rook-ceph',
      accessMode: 'ReadWriteMany',
      volumeMode: 'Block',
      volumeBindingMode: 'Immediate',
      confirmBlock: true,
    },
  },
  {
    kind: 'rook-ceph',
    description: 'one disk of two servers each, by its path',
    input: {
      namespace: 'ceph',
      operatorNamespace: 'rook-ceph',
      cephImage: `quay.io/ceph/ceph:v19.2.3@sha256:${'0'.repeat(64)}`,
      mons: 1,
      replicas: 2,
      nodes: ['w1', 'w2'].map(name => ({
        name,
        devices: ['/dev/disk/by-id/wwn-0x5000'],
      })),
      pool: 'fast',
      className: 'fast',
      snapshotClassName: 'fast-snapshots',
      confirmDevices: true,
      confirmFewReplicas: true,
    },
  },
  {
    kind: 'minio',
    description: 'on the platform’s own class, with a Secret of another name',
    input: {
      name: 'objects',
      namespace: 'objects',
      image: `registry.example.com/minio@sha256:${'0'.repeat(64)}`,
      replicas: 5,
      storageClass: 'local-path',
      size: '1536Mi',
      secretName: 'objects-root',
      secretUserKey: 'user',
      secretPasswordKey: 'password',
      confirmUnmaintained: true,
    },
  },
  {
    kind: 'restore',
    description: 'larger than the snapshot, for several pods',
    input: {
      namespace: 'alpha',
      snapshot: 'before-upgrade',
      name: 'restored',
      storageClass: 'tenant-storage-class',
      size: '20Gi',
      accessMode: 'ReadWriteMany',
      volumeMode: 'Filesystem',
    },
  },
];
