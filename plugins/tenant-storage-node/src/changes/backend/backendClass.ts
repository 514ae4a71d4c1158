import { GitOpsError } from '../../gitops';
import { shownText } from '../../gitops/shownText';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { seenText } from '../formText';
import type { StorageChangeField } from '../storageChange';
import {
  canExpand,
  driverOf,
  parametersOf,
  type BackendOfClass,
} from './backendManifests';
import { isSecret } from './backendRequest';

/** What serves a class: for the swap of the tenants' class and for further classes alike. */
export type BackendKind = 'longhorn' | 'rook-ceph' | 'nfs' | 'csi';

/** A class of a backend, as far as the backend decides it. */
export interface BackendClass {
  backend: BackendKind;
  served: BackendOfClass;
  provisioner: string;
  parameters: Record<string, string>;
  /** Whether the driver grows volumes. */
  expands: boolean;
  volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer';
  mountOptions: string[];
  /** What volumes are made with. */
  pin: { accessModes: string[]; volumeMode: 'Filesystem' | 'Block' };
}

type Input = Record<string, unknown>;

const text =
  (description: string): StorageChangeField =>
  z =>
    z.string().optional().describe(description);

/** The fields of a form that tell a class of a backend; each belongs to one backend, as its description says. */
export const backendClassFields: Readonly<Record<string, StorageChangeField>> =
  {
    nfsServer: text('NFS: the server, by name or address'),
    nfsShare: text('NFS: the exported folder, such as `/exports/kubernetes`'),
    nfsSubDir: text(
      'NFS: the folder of each volume below it; made of its name unless told',
    ),
    nfsMountPermissions: text(
      'NFS: the mode of the folder of each volume, such as `0755`. Default: `0`, as the server makes it',
    ),
    nfsMountOptions: z =>
      z
        .array(z.string())
        .optional()
        .describe('NFS: how it is mounted. Default: `hard`, `nfsvers=4.1`'),
    cephClusterNamespace: text(
      'Rook-Ceph: the namespace of the CephCluster. Default: `rook-ceph`',
    ),
    cephOperatorNamespace: text(
      "Rook-Ceph: the operator's namespace, which the driver's name begins with. That of the cluster unless told",
    ),
    cephPool: text('Rook-Ceph: the CephBlockPool. Default: `replicapool`'),
    longhornReplicas: z =>
      z
        .number()
        .int()
        .min(1)
        .max(20)
        .optional()
        .describe(
          'Longhorn: copies of each volume, on a node each. Default: `3`',
        ),
    longhornDataLocality: z =>
      z
        .enum(['disabled', 'best-effort', 'strict-local'])
        .optional()
        .describe(
          'Longhorn: whether a copy is kept where the volume is used. Default: `disabled`',
        ),
    fsType: z =>
      z
        .enum(['ext4', 'xfs'])
        .optional()
        .describe(
          'Rook-Ceph, Longhorn: the file system of volumes. Default: `ext4`',
        ),
    provisioner: text(
      'CSI driver of a vendor: its name, as its CSIDriver object is called, such as `csi.example.com`',
    ),
    parameters: z =>
      z
        .record(z.string())
        .optional()
        .describe(
          "CSI driver of a vendor: the class's parameters, as the vendor documents them. No passwords: Secrets are named by `csi.storage.k8s.io/...-secret-name`",
        ),
    allowVolumeExpansion: z =>
      z
        .boolean()
        .optional()
        .describe(
          'CSI driver of a vendor, NFS: whether it grows volumes. Default: `true`; for NFS `false`, because csi-driver-nfs can only since 4.11',
        ),
    accessMode: z =>
      z
        .enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'])
        .optional()
        .describe('How a volume is shared. Default: `ReadWriteOnce`'),
    volumeMode: z =>
      z
        .enum(['Filesystem', 'Block'])
        .optional()
        .describe(
          'Whether volumes are file systems or raw devices. Default: `Filesystem`',
        ),
    volumeBindingMode: z =>
      z
        .enum(['Immediate', 'WaitForFirstConsumer'])
        .optional()
        .describe(
          'When a volume is made. Default: `WaitForFirstConsumer`; for NFS `Immediate`',
        ),
  };

function wrong(field: string, value: string, problem: string, remedy: string) {
  return new GitOpsError({
    code: 'inputInvalid',
    field,
    problem: `${shownText(value)} ${problem}.`,
    remedy,
  });
}

function given(input: Input, field: string): string | undefined {
  const value = input[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function needed(input: Input, field: string, what: string): string {
  const value = given(input, field);
  if (value === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field,
      problem: `There is no ${what}.`,
      remedy: 'Fill it in.',
    });
  }
  return value;
}

/** Access keys of AWS, whatever the parameter is called. */
const ACCESS_KEY = /(?:^|[^A-Z0-9])AKIA[A-Z0-9]{16}/;

function checkedParameters(
  input: Input,
): Array<{ name: string; value: string }> {
  const value = (input.parameters ?? {}) as Record<string, string>;
  const entries = Object.entries(value);
  for (const [key, each] of entries) {
    const field = `parameters.${key}`;
    if (
      !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,252}$/.test(key) ||
      key in Object.prototype
    ) {
      throw wrong(
        'parameters',
        key,
        'is no name of a parameter',
        'Correct it.',
      );
    }
    if (isSecret({ name: key, value: each }) || ACCESS_KEY.test(each)) {
      throw new GitOpsError({
        code: 'secretInGit',
        field,
        problem:
          'This looks like a credential; everybody who may list classes, or read the repository, would have it.',
        remedy:
          'Put it into a Secret, and name that by the csi.storage.k8s.io/...-secret-name parameters of the driver.',
      });
    }
    if (each.length > 1024 || seenText(each) !== each || each.includes('\n')) {
      throw wrong(
        field,
        each,
        'has characters in it that are not seen, or is too long',
        'Type it anew.',
      );
    }
    if (each.includes('${')) {
      throw new GitOpsError({
        code: 'fluxSubstitution',
        field,
        problem: `${shownText(each)} has \${ in it, which Flux may replace.`,
        remedy: 'Give the value without it, or make the class by hand.',
      });
    }
  }
  return entries.map(([name, each]) => ({ name, value: each }));
}

function pinOf(input: Input): BackendClass['pin'] {
  return {
    accessModes: [given(input, 'accessMode') ?? 'ReadWriteOnce'],
    volumeMode: input.volumeMode === 'Block' ? 'Block' : 'Filesystem',
  };
}

function filesOnly(input: Input, backend: string): void {
  if (input.volumeMode === 'Block') {
    throw new GitOpsError({
      code: 'notSupported',
      field: 'volumeMode',
      problem: `${backend} makes no Block volumes.`,
      remedy: 'Choose Filesystem.',
    });
  }
}

function nfs(input: Input): BackendOfClass {
  filesOnly(input, 'NFS');
  const server = needed(input, 'nfsServer', 'server');
  if (!/^(?!-)[A-Za-z0-9.:-]{1,253}$/.test(server)) {
    throw wrong(
      'nfsServer',
      server,
      'is no name or address of a server',
      'Give it such as nfs.example.com.',
    );
  }
  const share = needed(input, 'nfsShare', 'exported folder');
  if (
    !/^\/[A-Za-z0-9._/-]*$/.test(share) ||
    share.split('/').some(part => part === '..' || part === '.')
  ) {
    throw wrong(
      'nfsShare',
      share,
      'is no exported folder',
      'Give its full path, such as /exports/kubernetes.',
    );
  }
  const subDir = given(input, 'nfsSubDir');
  if (
    subDir !== undefined &&
    (!/^[A-Za-z0-9._/${}-]+$/.test(subDir) ||
      subDir.startsWith('/') ||
      subDir.split('/').includes('..'))
  ) {
    throw wrong(
      'nfsSubDir',
      subDir,
      'is no folder below the share',
      // eslint-disable-next-line no-template-curly-in-string
      'Give it such as ${pvc.metadata.namespace}/${pvc.metadata.name}.',
    );
  }
  const permissions = given(input, 'nfsMountPermissions');
  if (permissions !== undefined && !/^0[0-7]{3,4}$|^0$/.test(permissions)) {
    throw wrong(
      'nfsMountPermissions',
      permissions,
      'is no mode of a folder',
      'Give it with four octal digits, such as 0755.',
    );
  }
  const options = (input.nfsMountOptions ?? [
    'hard',
    'nfsvers=4.1',
  ]) as string[];
  options.forEach((option, index) => {
    if (!/^[a-z0-9_]+(=[A-Za-z0-9._:/-]+)?$/.test(option)) {
      throw wrong(
        `nfsMountOptions.${index}`,
        option,
        'is no mount option',
        'Give it such as nfsvers=4.1.',
      );
    }
  });
  return {
    name: 'nfs',
    server,
    share,
    ...(subDir !== undefined && { subDir }),
    mountPermissions: permissions ?? '0',
    mountOptions: [...options],
    onDelete: 'delete',
    // csi-driver-nfs has a resizer since 4.11 only.
    allowVolumeExpansion: input.allowVolumeExpansion === true,
  };
}

function rookCeph(input: Input): BackendOfClass {
  const cluster = dnsLabel(
    given(input, 'cephClusterNamespace') ?? 'rook-ceph',
    'cephClusterNamespace',
    'a namespace',
  );
  const operator = dnsLabel(
    given(input, 'cephOperatorNamespace') ?? cluster,
    'cephOperatorNamespace',
    'a namespace',
  );
  const pool = dnsSubdomain(
    given(input, 'cephPool') ?? 'replicapool',
    'cephPool',
    'a CephBlockPool',
  );
  return {
    name: 'rook-ceph',
    pool,
    clusterNamespace: cluster,
    operatorNamespace: operator,
    fsType: given(input, 'fsType') ?? 'ext4',
    imageFeatures: 'layering',
  };
}

function longhorn(input: Input): BackendOfClass {
  return {
    name: 'longhorn',
    replicas:
      typeof input.longhornReplicas === 'number' ? input.longhornReplicas : 3,
    fsType: given(input, 'fsType') ?? 'ext4',
    dataLocality: given(input, 'longhornDataLocality') ?? 'disabled',
    staleReplicaTimeout: 2880,
  };
}

function vendor(input: Input): BackendOfClass {
  const provisioner = dnsSubdomain(
    needed(input, 'provisioner', 'driver'),
    'provisioner',
    'a CSI driver',
  );
  return {
    name: 'csi',
    provisioner,
    parameters: checkedParameters(input),
    allowVolumeExpansion: input.allowVolumeExpansion !== false,
    volumeBindingMode: 'WaitForFirstConsumer',
    snapshots: false,
  };
}

/** NFS is everywhere; of the others, a volume is best made near who uses it. */
const BINDING = {
  nfs: 'Immediate',
  'rook-ceph': 'WaitForFirstConsumer',
  longhorn: 'WaitForFirstConsumer',
  csi: 'WaitForFirstConsumer',
} as const;

const READERS = { nfs, 'rook-ceph': rookCeph, longhorn, csi: vendor };

/**
 * Reads what a form tells of a class of a backend. Fields of other backends count for nothing: a form still sends what was filled in before
 * the backend was changed, and does not show it any more.
 *
 * @throws GitOpsError that names the field.
 */
export function readBackendClass(
  backend: BackendKind,
  input: Input,
): BackendClass {
  // Whatever the backend: a request is recorded with all of its input, and a credential must not be.
  checkedParameters(input);
  const served = READERS[backend](input);
  const binding = input.volumeBindingMode;
  return {
    backend,
    served,
    provisioner: driverOf(served) ?? '',
    parameters: parametersOf(served),
    expands: canExpand(served),
    mountOptions: served.name === 'nfs' ? served.mountOptions : [],
    volumeBindingMode:
      binding === 'Immediate' || binding === 'WaitForFirstConsumer'
        ? binding
        : BINDING[backend],
    pin: pinOf(input),
  };
}
