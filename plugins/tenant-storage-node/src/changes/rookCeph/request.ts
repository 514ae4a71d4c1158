import { GitOpsError } from '../../gitops';
import { shownText } from '../../gitops/shownText';
import { readBackendClass, type BackendClass } from '../backend/backendClass';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import type { StorageChangeField } from '../storageChange';

/** What Rook 1.19 accepts (its release notes, "Breaking Changes"): the v18.2 of older pages is refused by the operator. */
const OLDEST_CEPH = [19, 2, 0] as const;

interface StorageNode {
  name: string;
  devices: string[];
}

/** A Ceph cluster with one pool, as it is asked for, checked. */
export interface RookCephRequest {
  namespace: string;
  operatorNamespace: string;
  image: string;
  mons: number;
  /** Named nodes with their devices; none means all nodes with the devices of the filter. */
  nodes: StorageNode[];
  deviceFilter?: string;
  pool: string;
  replicas: number;
  className: string;
  made: BackendClass;
  snapshotClassName: string;
  confirmDevices: boolean;
  confirmFewReplicas: boolean;
}

export const fields: Readonly<Record<string, StorageChangeField>> = {
  namespace: z =>
    z
      .string()
      .optional()
      .describe('The namespace of the CephCluster. Default: `rook-ceph`'),
  operatorNamespace: z =>
    z
      .string()
      .optional()
      .describe(
        "The namespace of Rook's operator, which is installed already. That of the cluster unless told",
      ),
  cephImage: z =>
    z
      .string()
      .describe(
        'The image of Ceph with its whole version, v19.2.0 or later, such as `quay.io/ceph/ceph:v19.2.3`; with its digest where you pin those',
      ),
  mons: z =>
    z
      .number()
      .int()
      .optional()
      .describe('How many monitors, each on a node of its own. Default: `3`'),
  nodes: z =>
    z
      .array(
        z.object({
          name: z.string().describe('The node'),
          devices: z
            .array(z.string())
            .describe(
              'Its disks, such as `sdb` or `/dev/disk/by-id/…`; all that is on them is lost',
            ),
        }),
      )
      .optional()
      .describe(
        'Nodes and disks that Ceph may have. Every node, with the disks of `deviceFilter`, unless told',
      ),
  deviceFilter: z =>
    z
      .string()
      .optional()
      .describe(
        'Without `nodes`: a regular expression for the disks of every node, such as `^sd[b-d]$`',
      ),
  confirmDevices: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who has looked at the disks: Ceph takes every empty one of them, now and whenever one is added',
      ),
  pool: z =>
    z
      .string()
      .optional()
      .describe('The name of the CephBlockPool. Default: `replicapool`'),
  replicas: z =>
    z
      .number()
      .int()
      .optional()
      .describe('Copies of everything, on a node each. Default: `3`'),
  confirmFewReplicas: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who accepts that one broken disk may lose data, with less than 3 copies, or one broken node the cluster, with one monitor',
      ),
  className: z =>
    z
      .string()
      .optional()
      .describe('The name of the StorageClass. Default: `rook-ceph-block`'),
  snapshotClassName: z =>
    z
      .string()
      .optional()
      .describe(
        'The name of the VolumeSnapshotClass. Default: `rook-ceph-block`',
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

function imageOf(text: string): string {
  const field = 'cephImage';
  const match =
    /^[a-z0-9][a-z0-9.:/_-]{0,255}:v(\d{1,3})\.(\d{1,3})\.(\d{1,3})(-\d{1,12})?(@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  if (!match) {
    throw new GitOpsError({
      code: 'imageNotPinned',
      field,
      problem: `${shownText(text)} has no whole version of Ceph in it.`,
      remedy:
        'Give it such as quay.io/ceph/ceph:v19.2.3: a floating tag would upgrade Ceph whenever a node pulls it.',
    });
  }
  const version = match.slice(1, 4).map(Number);
  const differing = OLDEST_CEPH.findIndex((part, at) => version[at] !== part);
  if (differing >= 0 && version[differing] < OLDEST_CEPH[differing]) {
    throw wrong(
      field,
      text,
      `is Ceph ${version.join(
        '.',
      )}, older than what Rook runs (${OLDEST_CEPH.join('.')})`,
      'Give a release of Ceph 19.2 or later.',
    );
  }
  return text;
}

function deviceOf(text: string, field: string): string {
  const isName = /^[a-z][a-z0-9]{1,31}$/.test(text);
  const isPath = /^\/dev\/disk\/by-(id|path)\/[A-Za-z0-9._:+-]{1,200}$/.test(
    text,
  );
  if (!isName && !isPath) {
    throw wrong(
      field,
      text,
      'is no disk',
      'Give its name, such as sdb, or its path below /dev/disk/by-id.',
    );
  }
  return text;
}

function nodesOf(value: unknown): StorageNode[] {
  const nodes = (value ?? []) as StorageNode[];
  const seen = new Set<string>();
  return nodes.map(({ name, devices }, index) => {
    const at = `nodes.${index}`;
    dnsSubdomain(name, `${at}.name`, 'a node');
    if (seen.has(name)) {
      throw wrong(`${at}.name`, name, 'is there twice', 'Give it once.');
    }
    seen.add(name);
    if (devices.length === 0) {
      throw wrong(
        `${at}.devices`,
        name,
        'has no disk that Ceph may have',
        'Name at least one, or leave the node out.',
      );
    }
    return {
      name,
      devices: devices.map((device, which) =>
        deviceOf(device, `${at}.devices.${which}`),
      ),
    };
  });
}

function filterOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const field = 'deviceFilter';
  if (!/^\^[A-Za-z0-9[\]()|.*+?{},_-]{1,100}\$?$/.test(value)) {
    throw wrong(
      field,
      value,
      'is no filter that begins with ^',
      'Give it such as ^sd[b-d]$, so that no other disk matches by accident.',
    );
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(value);
  } catch {
    throw wrong(
      field,
      value,
      'is no regular expression',
      'Give it such as ^sd[b-d]$.',
    );
  }
  const first = ['sda', 'vda', 'nvme0n1', 'xvda'].find(disk =>
    pattern.test(disk),
  );
  if (first) {
    throw new GitOpsError({
      code: 'unsafe',
      field,
      problem: `${shownText(
        value,
      )} matches ${first}, which is where most nodes have their system.`,
      remedy: 'Narrow it, such as ^sd[b-d]$, or name nodes and disks.',
    });
  }
  return value;
}

function countOf(
  input: Record<string, unknown>,
  field: string,
  other: number,
  allowed: readonly number[],
): number {
  const value = input[field];
  const count = typeof value === 'number' ? value : other;
  if (!allowed.includes(count)) {
    throw wrong(
      field,
      `${count}`,
      `is none of ${allowed.join(', ')}`,
      'Give one of these.',
    );
  }
  return count;
}

/** @throws GitOpsError that names the field. */
export function read(input: Record<string, unknown>): RookCephRequest {
  const text = (field: string, other: string): string => {
    const value = input[field];
    return typeof value === 'string' && value !== '' ? value : other;
  };
  const namespace = dnsLabel(
    text('namespace', 'rook-ceph'),
    'namespace',
    'a namespace',
  );
  const operatorNamespace = dnsLabel(
    text('operatorNamespace', namespace),
    'operatorNamespace',
    'a namespace',
  );
  const pool = dnsLabel(text('pool', 'replicapool'), 'pool', 'a pool');
  const nodes = nodesOf(input.nodes);
  const deviceFilter = filterOf(input.deviceFilter);
  if (nodes.length > 0 && deviceFilter !== undefined) {
    throw wrong(
      'deviceFilter',
      deviceFilter,
      'is for every node, and nodes are named',
      'Give one of them.',
    );
  }
  if (nodes.length === 0 && deviceFilter === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'nodes',
      problem: 'Nobody says which disks Ceph may have.',
      remedy: 'Name nodes and disks, or give a deviceFilter.',
    });
  }
  const className = dnsSubdomain(
    text('className', 'rook-ceph-block'),
    'className',
    'a class',
  );
  if (className === 'local-path') {
    throw new GitOpsError({
      code: 'nameTaken',
      field: 'className',
      problem: 'local-path is the platform’s own class.',
      remedy: 'Give another name.',
    });
  }
  return {
    namespace,
    operatorNamespace,
    image: imageOf(String(input.cephImage)),
    mons: countOf(input, 'mons', 3, [1, 3, 5]),
    nodes,
    ...(deviceFilter !== undefined && { deviceFilter }),
    pool,
    replicas: countOf(input, 'replicas', 3, [2, 3, 4, 5]),
    className,
    made: readBackendClass('rook-ceph', {
      cephClusterNamespace: namespace,
      cephOperatorNamespace: operatorNamespace,
      cephPool: pool,
    }),
    snapshotClassName: dnsSubdomain(
      text('snapshotClassName', 'rook-ceph-block'),
      'snapshotClassName',
      'a class',
    ),
    confirmDevices: input.confirmDevices === true,
    confirmFewReplicas: input.confirmFewReplicas === true,
  };
}
