import type { z } from 'zod/v3';
import { GitOpsError } from '../../gitops';
import { shownText } from '../../gitops/shownText';
import { seenText } from '../formText';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import {
  ACCESS_MODES,
  checkedPropertySets,
  type ClaimPropertySet,
} from '../claimPropertySets';
import { absolutePath, hostPath } from '../paths/hostPath';
import type { NodePaths } from '../paths/localPathValues';
import { checkedNodePaths } from '../paths/nodeBoundary';
import { quotaSize } from '../quotaRequest';
import type { StorageChangeField } from '../storageChange';

export const STAGES = ['install', 'release', 'claim', 'cleanUp'] as const;
export const BACKENDS = [
  'local-path',
  'longhorn',
  'rook-ceph',
  'nfs',
  'csi',
] as const;

export type Stage = (typeof STAGES)[number];
export type BackendName = (typeof BACKENDS)[number];

/** What serves the class after the swap, with what its driver needs to know. */
export type Backend =
  | { name: 'local-path'; nodes: NodePaths[] }
  | {
      name: 'longhorn';
      chartVersion?: string;
      repositoryUrl: string;
      namespace: string;
      replicas: number;
      fsType: string;
      dataLocality: string;
      staleReplicaTimeout: number;
      dataPath?: string;
    }
  | {
      name: 'rook-ceph';
      pool: string;
      clusterNamespace: string;
      operatorNamespace: string;
      fsType: string;
      imageFeatures: string;
    }
  | {
      name: 'nfs';
      chartVersion?: string;
      repositoryUrl: string;
      namespace: string;
      server: string;
      share: string;
      subDir?: string;
      mountPermissions: string;
      mountOptions: string[];
      onDelete: string;
      allowVolumeExpansion: boolean;
    }
  | {
      name: 'csi';
      provisioner: string;
      parameters: Array<{ name: string; value: string }>;
      allowVolumeExpansion: boolean;
      volumeBindingMode: string;
      snapshots: boolean;
    };

/** One stage of a swap. */
export interface BackendRequest {
  stage: Stage;
  backend: Backend;
  /** The pin of the class's StorageProfile. */
  claimPropertySets: ClaimPropertySet[];
  reclaimPolicy: string;
  /** Of the canary's claim, as Kubernetes writes it. */
  canarySize: string;
  /** Where HelmReleases are kept; undefined = where local-path's is. */
  fluxNamespace?: string;
  confirmBlock: boolean;
  confirmHeadroom: boolean;
  confirmUnderWay: boolean;
  confirmReplicas: boolean;
  confirmNodes: boolean;
}

const LONGHORN_CHARTS = 'https://charts.longhorn.io';
const NFS_CHARTS =
  'https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts';

const chartVersion = (zod: typeof z, chart: string) =>
  zod
    .string()
    .optional()
    .describe(
      `The version of the chart ${chart}, exactly, such as 1.2.3; needed where the driver is not installed yet`,
    );
const repositoryUrl = (zod: typeof z, url: string) =>
  zod
    .string()
    .optional()
    .describe(`The Helm repository, if it is a mirror; ${url} unless given`);
const namespace = (zod: typeof z, name: string) =>
  zod
    .string()
    .optional()
    .describe(`The namespace of the driver; ${name} unless given`);
const fsType = (zod: typeof z) =>
  zod
    .enum(['ext4', 'xfs'])
    .optional()
    .describe('The file system of volumes; ext4 unless given');

export const backendFields = {
  stage: zod =>
    zod
      .enum(STAGES)
      .describe(
        'install = the driver and a canary; release = the old backend lets go of the class; claim = the new one takes it, to be reviewed together with the release; cleanUp = what is left of the old one, once it has no volume',
      ),
  to: zod =>
    zod
      .enum(BACKENDS)
      .describe(
        "What shall serve the tenants' class; local-path is the way back",
      ),
  longhorn: zod =>
    zod
      .object({
        chartVersion: chartVersion(zod, 'longhorn'),
        repositoryUrl: repositoryUrl(zod, LONGHORN_CHARTS),
        namespace: namespace(zod, 'longhorn-system'),
        replicas: zod
          .number()
          .int()
          .min(1)
          .max(20)
          .optional()
          .describe(
            'Copies of each volume, on as many nodes; 3 unless given, and never more than there are workers',
          ),
        fsType: fsType(zod),
        dataLocality: zod
          .enum(['disabled', 'best-effort', 'strict-local'])
          .optional()
          .describe(
            'Whether a copy is kept on the node that uses the volume; disabled unless given',
          ),
        staleReplicaTimeout: zod
          .number()
          .int()
          .min(1)
          .max(525600)
          .optional()
          .describe(
            'Minutes after which a failed copy is thrown away; 2880 unless given',
          ),
        dataPath: zod
          .string()
          .optional()
          .describe(
            "The folder on the nodes' disks; Longhorn's own default unless given",
          ),
      })
      .strict()
      .optional()
      .describe('Of Longhorn'),
  rookCeph: zod =>
    zod
      .object({
        pool: zod
          .string()
          .optional()
          .describe('The CephBlockPool; replicapool unless given'),
        clusterNamespace: zod
          .string()
          .optional()
          .describe('The namespace of the CephCluster; rook-ceph unless given'),
        operatorNamespace: zod
          .string()
          .optional()
          .describe('The namespace of the operator; rook-ceph unless given'),
        fsType: fsType(zod),
        imageFeatures: zod
          .string()
          .optional()
          .describe('Features of RBD images; layering unless given'),
      })
      .strict()
      .optional()
      .describe('Of Rook-Ceph, which is there already'),
  nfs: zod =>
    zod
      .object({
        chartVersion: chartVersion(zod, 'csi-driver-nfs'),
        repositoryUrl: repositoryUrl(zod, NFS_CHARTS),
        namespace: namespace(zod, 'csi-driver-nfs'),
        server: zod.string().describe('Host name or address of the NFS server'),
        share: zod
          .string()
          .describe('The exported folder, such as /exports/kubernetes'),
        subDir: zod
          .string()
          .optional()
          .describe('A folder of the share in which volumes are made'),
        mountPermissions: zod
          .string()
          .optional()
          .describe("Mode of a volume's folder; 0755 unless given"),
        mountOptions: zod
          .array(zod.string())
          .optional()
          .describe('Options of mount; hard and nfsvers=4.1 unless given'),
        onDelete: zod
          .enum(['delete', 'retain', 'archive'])
          .optional()
          .describe(
            "What happens to a deleted volume's folder; delete unless given",
          ),
        allowVolumeExpansion: zod
          .boolean()
          .optional()
          .describe(
            'Whether claims may grow: only with a driver that has a resizer (csi-driver-nfs from 4.11)',
          ),
      })
      .strict()
      .optional()
      .describe('Of NFS, through csi-driver-nfs'),
  csi: zod =>
    zod
      .object({
        provisioner: zod
          .string()
          .describe("The driver's name, as its CSIDriver has it"),
        parameters: zod
          .array(
            zod.object({ name: zod.string(), value: zod.string() }).strict(),
          )
          .optional()
          .describe(
            'Parameters of the class, as the vendor documents them; Secrets by name only',
          ),
        allowVolumeExpansion: zod
          .boolean()
          .optional()
          .describe('Whether the driver can make volumes larger'),
        volumeBindingMode: zod
          .enum(['WaitForFirstConsumer', 'Immediate'])
          .optional()
          .describe('WaitForFirstConsumer unless given'),
        snapshots: zod
          .boolean()
          .optional()
          .describe('Whether the driver makes snapshots'),
      })
      .strict()
      .optional()
      .describe('Of any other driver, which is installed already'),
  localPath: zod =>
    zod
      .object({
        nodes: zod
          .array(
            zod
              .object({
                node: zod.string().describe('The name of a worker'),
                paths: zod
                  .array(zod.string())
                  .describe('Full paths of folders for volumes'),
              })
              .strict(),
          )
          .describe('Nodes and paths of the class'),
      })
      .strict()
      .optional()
      .describe(
        'For the way back, where the class is no longer in the map of local-path',
      ),
  claimPropertySets: zod =>
    zod
      .array(
        zod
          .object({
            accessModes: zod
              .array(zod.enum(ACCESS_MODES))
              .describe('The access modes of a volume, the wanted one first'),
            volumeMode: zod
              .enum(['Filesystem', 'Block'])
              .describe('Whether volumes are file systems or raw devices'),
          })
          .strict(),
      )
      .optional()
      .describe(
        "The pin of the class's StorageProfile: what CDI makes volumes with. ReadWriteOnce and Filesystem unless given; to be given for csi",
      ),
  reclaimPolicy: zod =>
    zod
      .enum(['Delete', 'Retain'])
      .optional()
      .describe(
        'What happens to a volume when its claim is gone; Delete unless given',
      ),
  canarySize: zod =>
    zod
      .string()
      .optional()
      .describe(
        'The size of the claim that tries the driver; 1Gi unless given',
      ),
  fluxNamespace: zod =>
    zod
      .string()
      .optional()
      .describe(
        "Where the driver's HelmRelease is put; where local-path's is, unless given",
      ),
  confirmBlock: zod =>
    zod
      .boolean()
      .optional()
      .describe(
        "Set by who knows that containerd's `device_ownership_from_security_context` is on, on every worker: importers get no permission on raw devices otherwise",
      ),
  confirmHeadroom: zod =>
    zod
      .boolean()
      .optional()
      .describe(
        "Set by who accepts that tenants can't create a volume as large as their largest after the swap, because creating needs its size twice",
      ),
  confirmUnderWay: zod =>
    zod
      .boolean()
      .optional()
      .describe(
        'Set by who accepts that volumes which are being created wait until the class is claimed, and are then made by the new backend',
      ),
  confirmReplicas: zod =>
    zod
      .boolean()
      .optional()
      .describe(
        "Where the portal can't see nodes: there are as many nodes with disks as copies",
      ),
  confirmNodes: zod =>
    zod
      .boolean()
      .optional()
      .describe(
        "Where the portal can't see nodes: those of localPath.nodes are there, and are workers",
      ),
} satisfies Record<string, StorageChangeField>;

type Given<Field extends (zod: typeof z) => z.ZodTypeAny> = z.infer<
  ReturnType<Field>
>;
type BackendInput = {
  [Key in keyof typeof backendFields]: Given<(typeof backendFields)[Key]>;
};

function invalid(
  field: string,
  text: string,
  because: string,
  remedy: string,
): GitOpsError {
  return new GitOpsError({
    code: 'inputInvalid',
    field,
    problem: `${shownText(text)} ${because}.`,
    remedy,
  });
}

/** The version of a chart: exactly one, for a range is another one tomorrow. */
function exactVersion(
  text: string | undefined,
  field: string,
): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (
    text.length > 64 ||
    !/^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(
      text,
    )
  ) {
    throw new GitOpsError({
      code: 'imageNotPinned',
      field,
      problem: `${shownText(
        text,
      )} is no exact version: a range, or latest, is another one tomorrow.`,
      remedy: 'Give the version of a release, such as 1.2.3.',
    });
  }
  return text;
}

/** The address of a Helm repository. */
function chartRepository(
  text: string | undefined,
  field: string,
  otherwise: string,
): string {
  if (text === undefined || text === '') return otherwise;
  const parsed =
    text.length <= 2048 && /^[\x21-\x7e]+$/.test(text) && URL.canParse(text)
      ? new URL(text)
      : undefined;
  if (!parsed || !['https:', 'oci:'].includes(parsed.protocol)) {
    throw new GitOpsError({
      code: 'urlInvalid',
      field,
      problem: `${shownText(text)} is no address of a Helm repository.`,
      remedy: 'Give one that starts with https:// or oci://.',
    });
  }
  if (parsed.username || parsed.password || parsed.search || parsed.hash) {
    // The address itself is not repeated: it may hold a password.
    throw new GitOpsError({
      code: 'secretInGit',
      field,
      problem:
        'The address of the Helm repository has credentials or a query in it, and would be written to Git.',
      remedy:
        'Give the address alone; credentials belong in a Secret that the HelmRepository names.',
    });
  }
  return text;
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/** A parameter of a class that holds a secret itself, and not the name of one. */
export function isSecret({
  name,
  value,
}: {
  name: string;
  value: string;
}): boolean {
  return (
    (/passw|token|secret|credential|(access|private|api)[-_.]?key|chap/i.test(
      name,
    ) &&
      !/(name|namespace|ref)$/i.test(name)) ||
    /\/\/[^/\s]*:[^/\s]*@/.test(value) ||
    value.includes('-----BEGIN')
  );
}

function classParameters(
  given: ReadonlyArray<{ name: string; value: string }>,
): Array<{ name: string; value: string }> {
  const seen = new Set<string>();
  return given.map(({ name, value }, index) => {
    const field = `csi.parameters.${index}`;
    if (
      FORBIDDEN.includes(name) ||
      name.length > 253 ||
      !/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/.test(name)
    ) {
      throw new GitOpsError({
        code: 'nameInvalid',
        field: `${field}.name`,
        problem: `${shownText(name)} is no name of a parameter.`,
        remedy:
          "Give the name as the vendor's documentation has it, such as fsType.",
      });
    }
    if (seen.has(name)) {
      throw new GitOpsError({
        code: 'nameTaken',
        field: `${field}.name`,
        problem: `The parameter ${name} is given twice.`,
        remedy: 'Give each once.',
      });
    }
    seen.add(name);
    if (isSecret({ name, value })) {
      throw new GitOpsError({
        code: 'secretInGit',
        field: `${field}.value`,
        problem: `The parameter ${name} looks like a secret, and would be written to Git.`,
        remedy:
          'Put it into a Secret, and give its name by parameters such as csi.storage.k8s.io/provisioner-secret-name.',
      });
    }
    if (
      value.length > 1024 ||
      value.includes('\n') ||
      seenText(value) !== value
    ) {
      throw invalid(
        `${field}.value`,
        value,
        'is too long, or has characters in it that are not seen',
        'Give up to 1024 plain characters.',
      );
    }
    if (value.includes('${')) {
      throw new GitOpsError({
        code: 'fluxSubstitution',
        field: `${field}.value`,
        problem: `${shownText(value)} has \${ in it, which Flux may replace.`,
        remedy: 'Give the value without it, or make the class by hand.',
      });
    }
    return { name, value };
  });
}

function nfsServer(text: string): string {
  const isHost =
    text.length <= 253 &&
    /^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(
      text,
    ) &&
    text.split('.').every(part => part.length <= 63);
  const isAddress = /^\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\]?$/.test(text);
  if (!isHost && !isAddress) {
    throw new GitOpsError({
      code: 'nameInvalid',
      field: 'nfs.server',
      problem: `${shownText(text)} is neither a host name nor an address.`,
      remedy: 'Give one such as nfs.example.com.',
    });
  }
  return text;
}

function nfsSubDir(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return absolutePath(`/${text}`, 'nfs.subDir').slice(1);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    throw new GitOpsError({
      code: 'pathOfNodeInvalid',
      field: 'nfs.subDir',
      problem: `${shownText(text)} is no folder inside the share.`,
      remedy: 'Give a relative path such as tenants/volumes.',
    });
  }
}

function needed<T>(value: T | undefined, field: string, what: string): T {
  if (value === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field,
      problem: `It is missing: ${what}.`,
      remedy: 'Fill it in.',
    });
  }
  return value;
}

function backendOf(input: BackendInput): Backend {
  switch (input.to) {
    case 'local-path':
      return {
        name: 'local-path',
        nodes: checkedNodePaths(
          input.localPath?.nodes ?? [],
          'localPath.nodes',
        ),
      };
    case 'longhorn': {
      const given = input.longhorn ?? {};
      const replicas = given.replicas ?? 3;
      const dataLocality = given.dataLocality ?? 'disabled';
      if (dataLocality === 'strict-local' && replicas !== 1) {
        throw new GitOpsError({
          code: 'notSupported',
          field: 'longhorn.dataLocality',
          problem: `strict-local keeps the only copy on the node that uses it, and ${replicas} copies are asked for.`,
          remedy: 'Choose best-effort, or 1 copy.',
        });
      }
      return {
        name: 'longhorn',
        chartVersion: exactVersion(given.chartVersion, 'longhorn.chartVersion'),
        repositoryUrl: chartRepository(
          given.repositoryUrl,
          'longhorn.repositoryUrl',
          LONGHORN_CHARTS,
        ),
        namespace: dnsLabel(
          given.namespace || 'longhorn-system',
          'longhorn.namespace',
          'a namespace',
        ),
        replicas,
        fsType: given.fsType ?? 'ext4',
        dataLocality,
        staleReplicaTimeout: given.staleReplicaTimeout ?? 2880,
        dataPath:
          given.dataPath === undefined || given.dataPath === ''
            ? undefined
            : hostPath(given.dataPath, 'longhorn.dataPath'),
      };
    }
    case 'rook-ceph': {
      const given = input.rookCeph ?? {};
      const imageFeatures = given.imageFeatures || 'layering';
      if (
        imageFeatures.length > 128 ||
        !/^[a-z]+(-[a-z]+)*(,[a-z]+(-[a-z]+)*)*$/.test(imageFeatures)
      ) {
        throw invalid(
          'rookCeph.imageFeatures',
          imageFeatures,
          'is no list of features',
          'Give names with commas between them, such as layering.',
        );
      }
      return {
        name: 'rook-ceph',
        pool: dnsSubdomain(
          given.pool || 'replicapool',
          'rookCeph.pool',
          'a pool',
        ),
        clusterNamespace: dnsLabel(
          given.clusterNamespace || 'rook-ceph',
          'rookCeph.clusterNamespace',
          'a namespace',
        ),
        operatorNamespace: dnsLabel(
          given.operatorNamespace || 'rook-ceph',
          'rookCeph.operatorNamespace',
          'a namespace',
        ),
        fsType: given.fsType ?? 'ext4',
        imageFeatures,
      };
    }
    case 'nfs': {
      const given = needed(input.nfs, 'nfs', 'the server and its share');
      const mountPermissions = given.mountPermissions || '0755';
      if (!/^0?[0-7]{3}$|^0$/.test(mountPermissions)) {
        throw invalid(
          'nfs.mountPermissions',
          mountPermissions,
          'is no mode of a folder',
          'Give it in octal, such as 0755.',
        );
      }
      return {
        name: 'nfs',
        chartVersion: exactVersion(given.chartVersion, 'nfs.chartVersion'),
        repositoryUrl: chartRepository(
          given.repositoryUrl,
          'nfs.repositoryUrl',
          NFS_CHARTS,
        ),
        namespace: dnsLabel(
          given.namespace || 'csi-driver-nfs',
          'nfs.namespace',
          'a namespace',
        ),
        server: nfsServer(given.server),
        share: absolutePath(given.share, 'nfs.share'),
        subDir: nfsSubDir(given.subDir),
        mountPermissions,
        mountOptions: (given.mountOptions ?? ['hard', 'nfsvers=4.1']).map(
          (option, index) => {
            if (!/^[a-z0-9_]{1,32}(=[A-Za-z0-9._:/-]{1,64})?$/.test(option)) {
              throw invalid(
                `nfs.mountOptions.${index}`,
                option,
                'is no option of mount',
                'Give one such as nfsvers=4.1.',
              );
            }
            return option;
          },
        ),
        onDelete: given.onDelete ?? 'delete',
        allowVolumeExpansion: given.allowVolumeExpansion === true,
      };
    }
    default: {
      const given = needed(input.csi, 'csi', "the driver's name");
      if (given.provisioner.length > 63) {
        throw new GitOpsError({
          code: 'nameInvalid',
          field: 'csi.provisioner',
          problem: `${shownText(
            given.provisioner,
          )} is longer than 63 characters, more than the name of a driver can be.`,
          remedy: "Give the driver's name, as its CSIDriver has it.",
        });
      }
      return {
        name: 'csi',
        provisioner: dnsSubdomain(
          given.provisioner,
          'csi.provisioner',
          'a driver',
        ),
        parameters: classParameters(given.parameters ?? []),
        allowVolumeExpansion: given.allowVolumeExpansion === true,
        volumeBindingMode: given.volumeBindingMode ?? 'WaitForFirstConsumer',
        snapshots: given.snapshots === true,
      };
    }
  }
}

/** CDI makes volumes by the pin: without one, arrays get raw shared devices, and drivers that CDI doesn't know get none. */
function pinOf(input: BackendInput): ClaimPropertySet[] {
  const given = input.claimPropertySets;
  const field = 'claimPropertySets';
  if (given === undefined && input.to !== 'csi') {
    return [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }];
  }
  if (given === undefined || given.length === 0) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field,
      problem:
        'There is no pin for the profile: CDI makes raw shared devices (ReadWriteMany, Block) on many arrays, and nothing at all on local-path and on drivers that it does not know.',
      remedy:
        'Give what volumes are to be made with, such as ReadWriteOnce and Filesystem.',
    });
  }
  return checkedPropertySets(given);
}

function canarySizeOf(text: string | undefined): string {
  if (text === undefined || text === '') return '1Gi';
  try {
    return quotaSize(text).written;
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    const { code, problem, remedy } = error;
    throw new GitOpsError({ code, problem, remedy, field: 'canarySize' });
  }
}

/**
 * Reads a stage of a swap.
 *
 * @throws GitOpsError that names the field.
 */
export function readBackend(given: Record<string, unknown>): BackendRequest {
  const input = given as unknown as BackendInput;
  return {
    stage: input.stage,
    backend: backendOf(input),
    claimPropertySets: pinOf(input),
    reclaimPolicy: input.reclaimPolicy ?? 'Delete',
    canarySize: canarySizeOf(input.canarySize),
    fluxNamespace:
      input.fluxNamespace === undefined || input.fluxNamespace === ''
        ? undefined
        : dnsLabel(input.fluxNamespace, 'fluxNamespace', 'a namespace'),
    confirmBlock: input.confirmBlock === true,
    confirmHeadroom: input.confirmHeadroom === true,
    confirmUnderWay: input.confirmUnderWay === true,
    confirmReplicas: input.confirmReplicas === true,
    confirmNodes: input.confirmNodes === true,
  };
}
