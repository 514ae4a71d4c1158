import {
  formatBytes,
  formatUsage,
  type Cdi,
  type CsiController,
  type Headroom,
  type StorageClass,
  type Trouble,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { isSeen, STATUS_KINDS } from '../views/freshness';
import type { Limit, QuotaLimits } from '../views/quotaLimits';
import { wireTime } from '../views/time';
import { worstFirst } from './severity';

/** What a tenant's troubles stand on. */
export interface TenantEvidence {
  cluster: ClusterInventory;
  quotas: QuotaLimits;
  /** The one with the least headroom first. */
  limits: readonly Limit[];
  headroom: Headroom;
  tenantClusters: ReadonlyArray<{
    name: string | null;
    csiController: CsiController;
  }>;
  storageClass: StorageClass;
  cdi: Cdi;
  /** What is wrong with the volumes, each volume's worst first. */
  volumeTroubles: ReadonlyArray<{ volume: string; troubles: Trouble[] }>;
  now: number;
}

/** A trouble of which Kubernetes need not have said anything. */
type Finding = Omit<Trouble, 'quote'> & Partial<Pick<Trouble, 'quote'>>;

type TenantCause = (evidence: TenantEvidence) => Finding[];

/** Whether a limit has something left, and all of it is what volumes being created, which fit, will take. */
function isPromised(
  { resource, hard, used }: Limit,
  { inFlight, doubled }: Headroom,
): boolean {
  if (used === undefined || used >= hard) {
    return false;
  }
  return resource === 'bytes'
    ? inFlight !== null && inFlight !== '0'
    : // What is too little for a new volume, which may need a second claim for a moment, need not be promised to anybody.
      hard - used >= (doubled === false ? 1n : 2n);
}

/** Less than this share of a quota left is nearly full: the tenth that a file system's overhead and one more volume soon take. */
const NEARLY_FULL_PERCENT = 90n;

const ASK_FOR_MORE =
  'Delete volumes that are no longer needed, or ask for a larger quota.';

function amount(limit: Limit, used: bigint): string {
  return limit.resource === 'bytes'
    ? formatUsage(used, limit.hard)
    : `${used} of ${limit.hard} volumes`;
}

const quota: TenantCause = ({ quotas, limits, headroom }) => {
  if (quotas.state === 'unlimited') {
    return [
      {
        severity: 'info',
        code: 'noQuota',
        title: 'No quota limits this tenant',
        message:
          'Volumes can be created until the disks are full, which other volumes on the same disks would feel.',
        remedy: 'The platform team can set a quota for this tenant.',
        whoCanFix: 'platform',
        object: null,
        since: null,
      },
    ];
  }
  const counted = limits.flatMap(limit =>
    limit.used === undefined ? [] : [{ limit, used: limit.used }],
  );
  const over = counted.filter(({ limit, used }) => used > limit.hard);
  if (over.length > 0) {
    return over.slice(0, 1).map(({ limit, used }) => ({
      severity: 'error',
      code: 'overQuota',
      title: 'More is used than the quota allows',
      message: `${amount(
        limit,
        used,
      )} are used. What is there keeps working, but nothing can be created or grown.`,
      remedy: ASK_FOR_MORE,
      whoCanFix: 'tenant',
      object: { kind: 'ResourceQuota', name: limit.quota },
      since: null,
    }));
  }
  const tightest = counted[0];
  if (!tightest) {
    return [];
  }
  const { limit } = tightest;
  const object = { kind: 'ResourceQuota', name: limit.quota };
  if (
    headroom.state === 'known' &&
    headroom.bytes === '0' &&
    headroom.limitedBy
  ) {
    if (isPromised(limit, headroom)) {
      return [
        {
          severity: 'info',
          code: 'quotaPromised',
          title: 'Volumes being created take what is left of the quota',
          message: headroom.explanation,
          remedy:
            'Nothing to do: the quota has room for these volumes. Only for further ones it has to be larger.',
          whoCanFix: 'nobody',
          object,
          since: null,
        },
      ];
    }
    return [
      {
        severity: 'warning',
        code: 'quotaFull',
        title: 'The quota is full',
        message: `${headroom.explanation} What is there keeps working.`,
        remedy: ASK_FOR_MORE,
        whoCanFix: 'tenant',
        object,
        since: null,
      },
    ];
  }
  const scarce = counted.find(
    each =>
      each.limit.hard > 0n &&
      each.used * 100n > each.limit.hard * NEARLY_FULL_PERCENT,
  );
  if (scarce) {
    return [
      {
        severity: 'warning',
        code: 'quotaNearlyFull',
        title: 'The quota is nearly full',
        message: `${amount(scarce.limit, scarce.used)} are used${
          headroom.bytes === null
            ? ''
            : `; a volume of up to ${formatBytes(
                BigInt(headroom.bytes),
              )} can still be created`
        }.`,
        remedy: ASK_FOR_MORE,
        whoCanFix: 'tenant',
        object: { kind: 'ResourceQuota', name: scarce.limit.quota },
        since: null,
      },
    ];
  }
  return [];
};

const csiControllers: TenantCause = ({ tenantClusters }) =>
  tenantClusters.flatMap(({ name, csiController }): Finding[] => {
    const where = `the tenant cluster ${name}`;
    const container = csiController.containers[0];
    const because = container
      ? ` The container ${container.container} is in trouble${
          container.reason ? `: ${container.reason}` : ''
        }.`
      : '';
    const object = csiController.name
      ? { kind: 'Deployment', name: csiController.name }
      : null;
    const base = { whoCanFix: 'platform' as const, object, since: null };
    switch (csiController.state) {
      case 'down':
        return [
          {
            ...base,
            severity: 'error',
            code: 'csiControllerDown',
            title: `Volumes of ${name} can’t be created or attached`,
            message: `What creates, attaches and grows volumes for ${where} is not running (0 of ${csiController.desired} ready). What is attached keeps working.${because}`,
            remedy: 'The platform team has to bring it back.',
          },
        ];
      case 'missing':
        return [
          {
            ...base,
            severity: 'error',
            code: 'csiControllerMissing',
            title: `Volumes of ${name} can’t be created or attached`,
            message: `What creates, attaches and grows volumes for ${where} is not there.`,
            remedy:
              'The platform team has to install it: the CSI controller of this tenant cluster.',
          },
        ];
      case 'degraded':
        return [
          {
            ...base,
            severity: 'warning',
            code: 'csiControllerDegraded',
            title: `Volumes of ${name} are looked after by fewer than usual`,
            message: `What creates, attaches and grows volumes for ${where} runs, but ${csiController.ready} of ${csiController.desired} are ready.${because}`,
            remedy: 'The platform team has to look at it.',
          },
        ];
      default:
        return [];
    }
  });

const cdi: TenantCause = ({ cdi: view, tenantClusters }) => {
  if (view.state !== 'notDeployed' && view.state !== 'notInstalled') {
    return [];
  }
  if (
    view.state === 'notInstalled' &&
    tenantClusters.every(({ csiController }) => csiController.name === null)
  ) {
    // Nothing here makes volumes through CDI: that it is not there is how this under cluster is meant to be.
    return [
      {
        severity: 'info',
        code: 'cdiNotInstalled',
        title: 'The import service is not installed in this under cluster',
        message:
          'Tenant clusters’ volumes are created by the import service (CDI), so there can’t be any yet. Other volumes don’t need it.',
        remedy: null,
        whoCanFix: 'platform',
        object: null,
        since: null,
      },
    ];
  }
  return [
    {
      severity: 'error',
      code: 'cdiDown',
      title: 'New volumes can’t be created',
      message:
        view.state === 'notInstalled'
          ? 'The import service (CDI), which creates the volumes, is not installed in this under cluster.'
          : `The import service (CDI), which creates the volumes, is not running${
              view.phase ? ` (${view.phase})` : ''
            }. What is there keeps working.`,
      remedy: 'The platform team has to bring the import service back.',
      whoCanFix: 'platform',
      object: null,
      since: null,
    },
  ];
};

const storageClass: TenantCause = ({ storageClass: view }) => {
  const object = { kind: 'StorageClass', name: view.name };
  const base = { whoCanFix: 'platform' as const, since: null };
  if (view.state === 'missing') {
    return [
      {
        ...base,
        severity: 'error',
        code: 'storageClassMissing',
        title: 'New volumes can’t be created',
        message: `The storage class ${view.name}, on which the volumes are made, does not exist. What is there keeps working.`,
        remedy: 'The platform team has to put the storage class back.',
        object,
      },
    ];
  }
  const { profile } = view;
  if (
    view.state === 'present' &&
    (profile.state === 'missing' ||
      (profile.state === 'derived' && profile.claimPropertySets.length === 0))
  ) {
    return [
      {
        ...base,
        severity: 'error',
        code: 'profileNotPinned',
        title: 'New volumes can’t be created',
        message: `The storage class ${view.name} is not set up in the way that creating volumes needs. What is there keeps working.`,
        remedy: `The platform team has to set it up again. Tell them: the StorageProfile of ${view.name} is not pinned.`,
        object: { kind: 'StorageProfile', name: view.name },
      },
    ];
  }
  return [];
};

/** A class of which CDI makes volumes that it may then fail to fill. Comes after what is a tenant's own, since it is the same for all. */
const profilePin: TenantCause = ({ storageClass: view }) => {
  const { profile } = view;
  // What CDI knows by itself of Ceph block storage and of most arrays. Raw disks are what its importer may not open.
  const first = profile.claimPropertySets[0];
  if (
    view.state === 'present' &&
    profile.state === 'derived' &&
    first?.volumeMode === 'Block'
  ) {
    return [
      {
        severity: 'warning',
        code: 'profileNotPinned',
        title: 'New volumes may fail to be created',
        message: `The storage class ${view.name} is not set up as it should be: volumes are made as raw disks, which can’t be filled everywhere. What is there keeps working.`,
        remedy: `The platform team has to set it up again. Tell them: the StorageProfile of ${
          view.name
        } is not pinned, so CDI takes Block (${first.accessModes.join(', ')}).`,
        whoCanFix: 'platform',
        object: { kind: 'StorageProfile', name: view.name },
        since: null,
      },
    ];
  }
  return [];
};

const UNSEEN: Record<(typeof STATUS_KINDS)[number], string> = {
  ResourceQuota: 'The quotas can’t be seen now, and so not how much is left.',
  PersistentVolumeClaim: 'The volumes can’t be seen now.',
  DataVolume:
    'Which volumes are being created, and whether that works, can’t be seen now.',
};

const visibility: TenantCause = ({ cluster, now }) => {
  const states = STATUS_KINDS.map(kind => ({
    kind,
    ...cluster.state(kind),
  }));
  const stale = states.find(state => state.state === 'stale');
  if (stale && stale.state === 'stale') {
    return [
      {
        severity: 'warning',
        code: 'stale',
        title: 'This may be out of date',
        message: `The under cluster ${cluster.settings.title} does not answer. What is shown is what was last known.`,
        remedy: 'The platform team can see why.',
        whoCanFix: 'platform',
        object: null,
        since: wireTime(stale.since, now),
      },
    ];
  }
  const unseen = states.find(({ kind }) => !isSeen(cluster, kind));
  if (unseen && unseen.state !== 'synced') {
    return [
      {
        severity: 'warning',
        code: unseen.state === 'syncing' ? 'notReadYet' : 'notVisible',
        title:
          unseen.state === 'syncing'
            ? 'Not everything has been read yet'
            : 'Not everything can be seen',
        message: UNSEEN[unseen.kind],
        remedy:
          unseen.state === 'syncing'
            ? null
            : 'The platform team can allow the portal to read them.',
        whoCanFix: unseen.state === 'syncing' ? 'nobody' : 'platform',
        object: null,
        since: wireTime(unseen.since, now),
      },
    ];
  }
  return [];
};

/** One trouble per cause, however many volumes have it. */
const volumes: TenantCause = ({ volumeTroubles }) => {
  const byCode = new Map<string, { trouble: Trouble; volumes: string[] }>();
  for (const { volume, troubles } of volumeTroubles) {
    const worst = troubles[0];
    if (!worst || worst.severity === 'info') {
      continue;
    }
    const before = byCode.get(worst.code);
    if (before) before.volumes.push(volume);
    else byCode.set(worst.code, { trouble: worst, volumes: [volume] });
  }
  return [...byCode.values()].map(({ trouble, volumes: names }) =>
    names.length === 1
      ? trouble
      : {
          ...trouble,
          title: `${trouble.title} (${names.length} volumes)`,
          message: `${trouble.message} The same is true of ${
            names.length - 1
          } more.`,
        },
  );
};

const TENANT_CAUSES: readonly TenantCause[] = [
  cdi,
  storageClass,
  csiControllers,
  quota,
  volumes,
  profilePin,
  visibility,
];

/** What somebody who looks at a tenant should know, worst first. */
export function diagnoseTenant(evidence: TenantEvidence): Trouble[] {
  return worstFirst(
    TENANT_CAUSES.flatMap(cause => cause(evidence)).map(finding => ({
      quote: null,
      ...finding,
    })),
  );
}
