import {
  CsiController,
  Freshness,
  Problem,
  Tenant,
  Trouble,
  Volume,
} from '@kmetal/backstage-plugin-tenant-storage-common';

const GI = 2n ** 30n;
const MI = 2n ** 20n;

/** Gibibytes, as the API writes sizes. */
export function gi(number: number): string {
  return String((BigInt(Math.round(number * 1024)) * GI) / 1024n);
}

/** A size with CDI's overhead for file systems, as it is charged. */
export function chargedGi(number: number): string {
  const asked = BigInt(gi(number));
  return String(((asked * 106n) / 100n / MI) * MI + MI);
}

/** A moment some seconds ago. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

const HOUR = 3600;
const DAY = 24 * HOUR;

const KINDS = [
  'Namespace',
  'ResourceQuota',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'StorageProfile',
  'CSIDriver',
  'DataVolume',
  'CDI',
  'Deployment',
  'Pod',
  'Node',
  'TenantControlPlane',
  'VirtualMachineInstance',
  'Event',
];

/** Everything is seen and up to date. */
export function live(): Freshness {
  return {
    state: 'live',
    since: null,
    kinds: KINDS.map(kind => ({
      kind,
      state: 'synced',
      at: ago(1),
      since: null,
      message: null,
    })),
  };
}

const BYTES_KEY =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
const COUNT_KEY =
  'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims';

/** A limit on the bytes of the class. */
export function bytesLimit(used: string | null, hard: string) {
  return {
    quota: 'alpha-storage',
    key: BYTES_KEY,
    resource: 'bytes' as const,
    storageClass: 'tenant-storage-class',
    used,
    hard,
    remaining: used === null ? null : String(BigInt(hard) - BigInt(used)),
    usedRatio:
      used === null || hard === '0' ? null : Number(used) / Number(hard),
  };
}

/** A limit on the number of the class's volumes. */
export function countLimit(used: string, hard: string) {
  return {
    ...bytesLimit(used, hard),
    key: COUNT_KEY,
    resource: 'count' as const,
  };
}

/** A tenant whose storage works, changed as told. */
export function tenantNamed(
  name: string,
  changes: Partial<Tenant> = {},
): Tenant {
  return {
    underCluster: 'muc-1',
    underClusterTitle: 'Munich (muc-1)',
    name,
    owners: ['group:default/team-alpha'],
    status: 'ok',
    canRequest: true,
    quotaState: 'limited',
    limits: [bytesLimit(gi(18.55), gi(50)), countLimit('6', '20')],
    headroom: {
      state: 'known',
      bytes: gi(29.6),
      explanation:
        'A volume of up to 29.6 Gi can be created now. 31.4 Gi are left of 50 Gi; the file system takes 6 % on top.',
      limitedBy: { quota: 'alpha-storage', key: BYTES_KEY },
      overhead: '0.06',
      doubled: false,
      inFlight: '0',
    },
    charged: gi(18.55),
    tenantClusters: [
      {
        name: `${name}-prod`,
        controlPlane: { status: 'Ready', version: 'v1.31.4' },
        charged: gi(18.55),
        volumes: 6,
        csiController: {
          state: 'ready',
          name: `kubevirt-csi-controller-${name}-prod`,
          ready: 2,
          desired: 2,
          containers: [],
        },
      },
    ],
    hiddenConsumers: [],
    volumes: {
      total: 6,
      ok: 6,
      waiting: 0,
      working: 0,
      error: 0,
      deleting: 0,
      unknown: 0,
    },
    storageClass: {
      state: 'present',
      name: 'tenant-storage-class',
      provisioner: 'cluster.local/local-path-provisioner',
      backend: 'Local disks (local-path)',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
      allowVolumeExpansion: true,
      profile: {
        state: 'pinned',
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    },
    cdi: {
      state: 'deployed',
      phase: 'Deployed',
      version: 'v1.63.0',
      filesystemOverhead: '0.06',
    },
    troubles: [],
    freshness: live(),
    errors: [],
    ...changes,
  };
}

function uid(index: number): string {
  const hex = ((index + 1) * 2654435761)
    .toString(16)
    .padStart(8, '0')
    .slice(-8);
  return `${hex}-4c1d-4b7e-9a52-${hex}${hex.slice(0, 4)}`;
}

/** A volume that works, changed as told. */
export function volumeNumber(
  index: number,
  changes: Partial<Volume> = {},
): Volume {
  const id = uid(index);
  const name = `pvc-${id}`;
  return {
    name,
    purpose: 'tenantVolume',
    belongsTo: null,
    state: 'ok',
    troubles: [],
    tenantCluster: 'alpha-prod',
    tenantClaim: {
      uid: id,
      command: `kubectl get pvc -A -o custom-columns=UID:.metadata.uid,NAMESPACE:.metadata.namespace,NAME:.metadata.name | grep '${id}'`,
    },
    requested: gi(2),
    charged: chargedGi(2),
    capacity: chargedGi(2),
    storageClass: 'tenant-storage-class',
    accessModes: ['ReadWriteOnce'],
    volumeMode: 'Filesystem',
    phase: 'Bound',
    dataVolume: { name, phase: 'Succeeded', progress: '100.0%' },
    persistentVolume: `pvc-${uid(index + 1000)}`,
    node: `worker-${(index % 3) + 1}`,
    attachedTo: {
      virtualMachine: `alpha-prod-worker-${(index % 4) + 1}`,
      phase: 'Ready',
    },
    createdAt: ago(DAY * (index + 1) + HOUR * index),
    deletingSince: null,
    ...changes,
  };
}

/** Troubles as the backend words them. */
export const troubles = {
  quotaExceeded: {
    severity: 'error',
    code: 'quotaExceeded',
    title: 'A volume does not fit into the quota',
    message:
      'The volume of 5 Gi is not made, because the quota alpha-storage has no room for it.',
    quote:
      'exceeded quota: alpha-storage, requested: 5690621952, used: 8858370048, limited: 10737418240',
    remedy:
      'Delete volumes that are not needed, or ask the platform team for a larger quota.',
    whoCanFix: 'tenant',
    object: { kind: 'DataVolume', name: `pvc-${uid(7)}` },
    since: ago(12 * 60),
  },
  controllerDown: {
    severity: 'error',
    code: 'csiControllerDown',
    title: 'Storage controller of alpha-dev is down',
    message:
      'No new volume of the tenant cluster alpha-dev is made or attached while it is down; volumes in use keep working. Container csi-provisioner: CrashLoopBackOff, 14 restarts.',
    quote: null,
    remedy: 'Tell the platform team; nothing in the tenant cluster helps.',
    whoCanFix: 'platform',
    object: {
      kind: 'Deployment',
      name: 'kubevirt-csi-controller-alpha-dev',
    },
    since: ago(47 * 60),
  },
  nearlyFull: {
    severity: 'warning',
    code: 'quotaNearlyFull',
    title: 'The quota is nearly full',
    message:
      '46.5 of 50 Gi (93 %) are used; a volume of up to 3.2 Gi can still be created.',
    quote: null,
    remedy:
      'Delete volumes that are no longer needed, or ask for a larger quota.',
    whoCanFix: 'tenant',
    object: { kind: 'ResourceQuota', name: 'alpha-storage' },
    since: null,
  },
  waiting: {
    severity: 'info',
    code: 'waitingForConsumer',
    title: 'Waiting for its first use',
    message: 'The volume is made when a workload first uses it. This is fine.',
    quote: null,
    remedy: null,
    whoCanFix: 'nobody',
    object: { kind: 'PersistentVolumeClaim', name: `pvc-${uid(5)}` },
    since: ago(3 * HOUR),
  },
  overQuota: {
    severity: 'error',
    code: 'overQuota',
    title: 'More is used than allowed',
    message:
      '12 of 10 Gi are used. Existing volumes keep working; new ones and larger ones are refused.',
    quote: null,
    remedy:
      'Delete volumes that are not needed, or ask the platform team for a larger quota.',
    whoCanFix: 'tenant',
    object: { kind: 'ResourceQuota', name: 'alpha-storage' },
    since: ago(2 * DAY),
  },
  full: {
    severity: 'error',
    code: 'quotaFull',
    title: 'Nothing is left',
    message: 'All of the quota is used, so no new volume can be created.',
    quote: null,
    remedy: 'Delete volumes that are not needed, or ask for a larger quota.',
    whoCanFix: 'tenant',
    object: { kind: 'ResourceQuota', name: 'alpha-storage' },
    since: null,
  },
  stale: {
    severity: 'warning',
    code: 'stale',
    title: 'This may be out of date',
    message:
      'The under cluster Munich (muc-1) does not answer. What is shown is what was last known.',
    quote: null,
    remedy: 'The platform team can see why.',
    whoCanFix: 'platform',
    object: null,
    since: ago(3 * 60),
  },
  noQuota: {
    severity: 'info',
    code: 'noQuota',
    title: 'No quota',
    message: 'Nothing limits how much this tenant may use.',
    quote: null,
    remedy: 'The platform team sets a quota if one is wanted.',
    whoCanFix: 'platform',
    object: null,
    since: null,
  },
} satisfies Record<string, Trouble>;

const problems = {
  unreachable: {
    underCluster: 'muc-1',
    kind: null,
    message:
      'The under cluster can’t be reached (connection refused). What is shown is the last that was known.',
    since: ago(3 * 60),
  },
  nodes: {
    underCluster: 'muc-1',
    kind: 'Node',
    message:
      'The portal may not read nodes, so whether a volume’s node works is unknown.',
    since: ago(2 * HOUR),
  },
  machines: {
    underCluster: 'muc-1',
    kind: 'VirtualMachineInstance',
    message:
      'The portal may not read virtual machines, so what a volume is attached to is unknown.',
    since: ago(2 * HOUR),
  },
  quotas: {
    underCluster: 'muc-1',
    kind: 'ResourceQuota',
    message:
      'The portal may not read quotas, so limits and what is left are unknown.',
    since: ago(2 * HOUR),
  },
} satisfies Record<string, Problem>;

function withKinds(
  state: Freshness['state'],
  since: string | null,
  changed: Record<string, Partial<Freshness['kinds'][number]>>,
): Freshness {
  return {
    state,
    since,
    kinds: live().kinds.map(kind => ({ ...kind, ...changed[kind.kind] })),
  };
}

/** What there is to see of one tenant. */
export interface TenantCase {
  title: string;
  tenant: Tenant;
  volumes: Volume[];
  /** An HTTP status to fail with instead of answering. */
  fails?: number;
  /** Whether the answer never comes. */
  hangs?: boolean;
}

const stillRead = { state: 'syncing', at: null, since: ago(4) } as const;

function healthyVolumes(count: number, changes: Partial<Volume> = {}) {
  return Array.from({ length: count }, (_, index) =>
    volumeNumber(index, changes),
  );
}

/** Every state that the page is designed for, by the tenant's name. */
export function tenantCases(): Record<string, TenantCase> {
  const unknownController: CsiController = {
    state: 'unknown',
    name: null,
    ready: null,
    desired: null,
    containers: [],
  };
  return {
    healthy: {
      title: 'Healthy',
      tenant: tenantNamed('healthy'),
      volumes: healthyVolumes(6, { tenantCluster: 'healthy-prod' }),
    },
    alpha: {
      title: 'Nearly full, two tenant clusters, one controller down',
      tenant: tenantNamed('alpha', {
        status: 'error',
        limits: [
          bytesLimit(gi(8.25), gi(10)),
          countLimit('8', '10'),
          {
            ...bytesLimit(gi(8.25), gi(100)),
            quota: 'alpha-total',
            key: 'requests.storage',
            storageClass: null,
          },
        ],
        headroom: {
          state: 'known',
          bytes: gi(1.16),
          explanation:
            'A volume of up to 1.1 Gi can be created now. 1.7 Gi are left of 10 Gi, 512 Mi of which volumes being created will take; the file system takes 6 % on top.',
          limitedBy: { quota: 'alpha-storage', key: BYTES_KEY },
          overhead: '0.06',
          doubled: false,
          inFlight: gi(0.5),
        },
        charged: gi(8.25),
        tenantClusters: [
          {
            name: 'alpha-prod',
            controlPlane: { status: 'Ready', version: 'v1.31.4' },
            charged: gi(5.3),
            volumes: 4,
            csiController: {
              state: 'ready',
              name: 'kubevirt-csi-controller-alpha-prod',
              ready: 2,
              desired: 2,
              containers: [],
            },
          },
          {
            name: 'alpha-dev',
            controlPlane: { status: 'Ready', version: 'v1.30.8' },
            charged: gi(1.9),
            volumes: 3,
            csiController: {
              state: 'down',
              name: 'kubevirt-csi-controller-alpha-dev',
              ready: 0,
              desired: 2,
              containers: [
                {
                  pod: 'kubevirt-csi-controller-alpha-dev-5c9f7d6b8-x2x7k',
                  container: 'csi-provisioner',
                  reason: 'CrashLoopBackOff',
                  message:
                    'back-off 5m0s restarting failed container=csi-provisioner',
                  restarts: 14,
                },
              ],
            },
          },
          {
            name: null,
            controlPlane: null,
            charged: gi(1.05),
            volumes: 1,
            csiController: unknownController,
          },
        ],
        hiddenConsumers: [
          {
            purpose: 'populating',
            charged: gi(0.53),
            volumes: 1,
            explanation:
              'While a volume is filled, a second claim of its size exists for a moment.',
          },
          {
            purpose: 'vmDisk',
            charged: gi(0.52),
            volumes: 1,
            explanation:
              'The disk that a worker of the tenant cluster boots from.',
          },
        ],
        volumes: {
          total: 8,
          ok: 4,
          waiting: 1,
          working: 1,
          error: 2,
          deleting: 0,
          unknown: 0,
        },
        troubles: [
          troubles.quotaExceeded,
          troubles.controllerDown,
          troubles.waiting,
        ],
      }),
      volumes: [
        volumeNumber(7, {
          state: 'error',
          troubles: [troubles.quotaExceeded],
          phase: null,
          charged: null,
          capacity: null,
          requested: gi(5),
          persistentVolume: null,
          node: null,
          attachedTo: null,
          dataVolume: {
            name: `pvc-${uid(7)}`,
            phase: 'Pending',
            progress: 'N/A',
          },
          createdAt: ago(12 * 60),
        }),
        volumeNumber(6, {
          state: 'error',
          tenantCluster: 'alpha-dev',
          troubles: [
            {
              severity: 'error',
              code: 'nodeGone',
              title: 'Its node is gone',
              message:
                'The volume’s data is on worker-9, which is not part of the under cluster any more.',
              quote: null,
              remedy: 'Ask the platform team whether worker-9 comes back.',
              whoCanFix: 'platform',
              object: { kind: 'PersistentVolume', name: `pvc-${uid(1006)}` },
              since: ago(5 * HOUR),
            },
          ],
          node: 'worker-9',
          attachedTo: null,
        }),
        volumeNumber(5, {
          state: 'waiting',
          tenantCluster: 'alpha-dev',
          troubles: [troubles.waiting],
          phase: 'Pending',
          capacity: null,
          persistentVolume: null,
          node: null,
          attachedTo: null,
          dataVolume: {
            name: `pvc-${uid(5)}`,
            phase: 'WaitForFirstConsumer',
            progress: 'N/A',
          },
          createdAt: ago(3 * HOUR),
        }),
        volumeNumber(4, {
          state: 'working',
          requested: gi(0.5),
          charged: chargedGi(0.5),
          dataVolume: {
            name: `pvc-${uid(4)}`,
            phase: 'ImportInProgress',
            progress: '41.2%',
          },
          phase: 'Pending',
          capacity: null,
          attachedTo: null,
          createdAt: ago(35),
        }),
        volumeNumber(14, {
          name: `prime-${uid(14)}`,
          purpose: 'populating',
          belongsTo: `pvc-${uid(4)}`,
          tenantClaim: null,
          requested: gi(0.5),
          charged: chargedGi(0.5),
          attachedTo: null,
          dataVolume: null,
          createdAt: ago(34),
        }),
        volumeNumber(15, {
          name: 'alpha-prod-worker-1-root',
          purpose: 'vmDisk',
          tenantClaim: null,
          tenantCluster: null,
          requested: gi(0.5),
          charged: gi(0.52),
          volumeMode: 'Block',
        }),
        volumeNumber(0),
        volumeNumber(1, { tenantCluster: 'alpha-dev' }),
        volumeNumber(2),
        volumeNumber(3, {
          state: 'deleting',
          deletingSince: ago(600),
          attachedTo: null,
        }),
      ],
    },
    edge: {
      title: 'Much is used, and there is still room',
      tenant: tenantNamed('edge', {
        limits: [bytesLimit(gi(44.5), gi(50)), countLimit('16', '20')],
        headroom: {
          ...tenantNamed('edge').headroom,
          bytes: gi(5.1),
          explanation:
            'A volume of up to 5.1 Gi can be created now. 5.5 Gi are left of 50 Gi; the file system takes 6 % on top.',
        },
        charged: gi(44.5),
      }),
      volumes: healthyVolumes(6, { tenantCluster: 'edge-prod' }),
    },
    'nearly-full': {
      title: 'Nearly full',
      tenant: tenantNamed('nearly-full', {
        status: 'warning',
        limits: [bytesLimit(gi(46.5), gi(50)), countLimit('16', '20')],
        headroom: {
          ...tenantNamed('nearly-full').headroom,
          bytes: gi(3.2),
          explanation:
            'A volume of up to 3.2 Gi can be created now. 3.5 Gi are left of 50 Gi; the file system takes 6 % on top.',
        },
        charged: gi(46.5),
        troubles: [troubles.nearlyFull],
      }),
      volumes: healthyVolumes(6, { tenantCluster: 'nearly-full-prod' }),
    },
    full: {
      title: 'Full',
      tenant: tenantNamed('full', {
        status: 'error',
        limits: [bytesLimit(gi(10), gi(10))],
        tenantClusters: [
          { ...tenantNamed('full').tenantClusters[0], charged: gi(10) },
        ],
        headroom: {
          ...tenantNamed('full').headroom,
          bytes: '0',
          explanation:
            'No volume can be created now: all 10 Gi of the quota are used.',
        },
        charged: gi(10),
        troubles: [troubles.full],
      }),
      volumes: healthyVolumes(5),
    },
    'over-quota': {
      title: 'Over quota',
      tenant: tenantNamed('over-quota', {
        status: 'error',
        limits: [bytesLimit(gi(12), gi(10))],
        tenantClusters: [
          {
            ...tenantNamed('over-quota').tenantClusters[0],
            charged: gi(12),
          },
        ],
        headroom: {
          ...tenantNamed('over-quota').headroom,
          bytes: '0',
          explanation:
            'No volume can be created now: 2 Gi more are used than the quota of 10 Gi allows.',
        },
        charged: gi(12),
        troubles: [troubles.overQuota],
      }),
      volumes: healthyVolumes(6),
    },
    tiny: {
      title: 'Hardly used',
      tenant: tenantNamed('tiny', {
        limits: [bytesLimit('1572864', gi(500))],
        headroom: {
          ...tenantNamed('tiny').headroom,
          bytes: gi(471.6),
          explanation:
            'A volume of up to 471.6 Gi can be created now. 499.9 Gi are left of 500 Gi; the file system takes 6 % on top.',
        },
        charged: '1572864',
        tenantClusters: [
          {
            ...tenantNamed('tiny').tenantClusters[0],
            charged: '1572864',
            volumes: 1,
          },
        ],
        volumes: { ...tenantNamed('tiny').volumes!, total: 1, ok: 1 },
      }),
      volumes: [volumeNumber(1, { charged: '1572864', requested: '1048576' })],
    },
    unlimited: {
      title: 'No quota',
      tenant: tenantNamed('unlimited', {
        quotaState: 'unlimited',
        limits: [],
        headroom: {
          ...tenantNamed('unlimited').headroom,
          state: 'unlimited',
          bytes: null,
          limitedBy: null,
          explanation:
            'No quota limits this tenant. How large a volume can be depends on the disks.',
        },
        troubles: [troubles.noQuota],
      }),
      volumes: healthyVolumes(6),
    },
    empty: {
      title: 'No volumes yet',
      tenant: tenantNamed('empty', {
        limits: [bytesLimit('0', gi(50))],
        headroom: {
          ...tenantNamed('empty').headroom,
          bytes: gi(47.1),
          explanation:
            'A volume of up to 47.1 Gi can be created now. 50 Gi are left of 50 Gi; the file system takes 6 % on top.',
        },
        charged: '0',
        tenantClusters: [
          {
            ...tenantNamed('empty').tenantClusters[0],
            charged: '0',
            volumes: 0,
          },
        ],
        volumes: { ...tenantNamed('empty').volumes!, total: 0, ok: 0 },
      }),
      volumes: [],
    },
    many: {
      title: 'Many volumes',
      tenant: tenantNamed('many', {
        limits: [bytesLimit(gi(312.5), gi(1024)), countLimit('132', '500')],
        charged: gi(312.5),
        volumes: { ...tenantNamed('many').volumes!, total: 132, ok: 132 },
      }),
      volumes: healthyVolumes(132),
    },
    stale: {
      title: 'Under cluster unreachable',
      tenant: tenantNamed('stale', {
        status: 'unknown',
        freshness: withKinds(
          'stale',
          ago(3 * 60),
          Object.fromEntries(
            KINDS.map(kind => [
              kind,
              { state: 'stale' as const, at: null, since: ago(3 * 60) },
            ]),
          ),
        ),
        troubles: [troubles.stale],
        errors: [problems.unreachable],
      }),
      volumes: healthyVolumes(6, { tenantCluster: 'stale-prod' }),
    },
    partial: {
      title: 'Some kinds may not be read',
      tenant: tenantNamed('partial', {
        status: 'unknown',
        quotaState: 'unknown',
        limits: [],
        headroom: {
          state: 'unknown',
          bytes: null,
          explanation:
            'What is left can’t be told, because the portal may not read quotas.',
          limitedBy: null,
          overhead: '0.06',
          doubled: null,
          inFlight: null,
        },
        freshness: withKinds('partial', null, {
          ResourceQuota: { state: 'notPermitted', at: null, since: ago(7200) },
          Node: { state: 'notPermitted', at: null, since: ago(7200) },
          VirtualMachineInstance: {
            state: 'notPermitted',
            at: null,
            since: ago(7200),
          },
        }),
        errors: [problems.quotas, problems.nodes, problems.machines],
      }),
      volumes: healthyVolumes(6, { attachedTo: null }),
    },
    syncing: {
      title: 'Still being read',
      tenant: tenantNamed('syncing', {
        status: 'unknown',
        quotaState: 'unknown',
        limits: [],
        headroom: {
          state: 'unknown',
          bytes: null,
          explanation: 'What is left can’t be told yet.',
          limitedBy: null,
          overhead: null,
          doubled: null,
          inFlight: null,
        },
        charged: null,
        volumes: null,
        tenantClusters: [],
        storageClass: {
          state: 'unknown',
          name: 'tenant-storage-class',
          provisioner: null,
          backend: null,
          volumeBindingMode: null,
          reclaimPolicy: null,
          allowVolumeExpansion: null,
          profile: { state: 'unknown', claimPropertySets: [] },
        },
        cdi: {
          state: 'unknown',
          phase: null,
          version: null,
          filesystemOverhead: null,
        },
        freshness: withKinds(
          'syncing',
          null,
          Object.fromEntries(KINDS.map(kind => [kind, stillRead])),
        ),
      }),
      volumes: [],
    },
    ...Object.fromEntries(
      [
        ['being-sent', 'A request is being sent'],
        ['changes-wanted', 'The platform team wants a change of a request'],
        ['approved', 'A request is approved'],
        ['being-applied', 'A request is being applied'],
        ['stuck', 'A request is stuck'],
        ['now-live', 'A request has just gone live'],
        ['only-past', 'There were requests once'],
      ].map(([name, title]) => [
        name,
        { title, tenant: tenantNamed(name), volumes: healthyVolumes(6) },
      ]),
    ),
    'not-found': {
      title: 'No such tenant, or not yours',
      tenant: tenantNamed('not-found'),
      volumes: [],
      fails: 404,
    },
    failed: {
      title: 'The backend fails',
      tenant: tenantNamed('failed'),
      volumes: [],
      fails: 503,
    },
    loading: {
      title: 'Loading',
      tenant: tenantNamed('loading'),
      volumes: [],
      hangs: true,
    },
  };
}
