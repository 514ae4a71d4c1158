import {
  formatBytes,
  formatQuantity,
  formatUsage,
  parseQuantity,
  QuantityError,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { recordOf } from '../../gitops/plainData';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import type { ChangeGate } from '../changePlan';
import {
  chargedSize,
  isDoubledBy,
  largestWithin,
  overheadOf,
  wholeMebi,
} from '../chargedSize';
import { dnsLabel } from '../checkedName';
import { classStorageKey } from '../quotaFacts';
import { quotaSize } from '../quotaRequest';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

/** The chart of the webhook that tells a tenant at once that its quota is used up. */
const WEBHOOK_CHART = 'kmetal-webhook';

/** The key of a quota for the volumes of all classes together. */
const ALL_CLASSES = 'requests.storage';

/** Keys of a quota for how many volumes there may be. */
function countKeys(storageClass: string): string[] {
  return [
    'persistentvolumeclaims',
    'count/persistentvolumeclaims',
    `${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`,
  ];
}

/** Storage for a new tenant, checked. */
export interface TenantStorageRequest {
  tenant: string;
  size: { bytes: bigint; written: string };
  largestVolume?: { bytes: bigint; written: string };
  confirmOtherLimits: boolean;
}

const fields = {
  tenant: z =>
    z
      .string()
      .describe('The tenant: the name of its namespace, which is there'),
  size: z =>
    z
      .string()
      .describe(
        "The quota of the tenants' class, as a Kubernetes quantity such as `50Gi`",
      ),
  largestVolume: z =>
    z
      .string()
      .optional()
      .describe(
        'The largest volume that the quota must have room for, such as `10Gi`: with what CDI adds, and twice where creating takes that',
      ),
  confirmOtherLimits: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who knows that another quota of the namespace leaves less than this one',
      ),
} satisfies Record<string, StorageChangeField>;

function sizeOf(text: string, field: string) {
  try {
    return quotaSize(text);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    const { code, problem, remedy } = error;
    throw new GitOpsError({ code, field, problem, remedy });
  }
}

function bytesOf(text: string, fraction: 'up' | 'down'): bigint | undefined {
  try {
    return parseQuantity(text, { fraction });
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** The tenant's quota in Git, by its key. */
function quotaInDraft({
  draft,
  facts,
  request,
}: Planning<TenantStorageRequest>):
  | { at: DraftPlace; hard: string }
  | undefined {
  const { tenant } = request;
  const located = draft.located('quota', { tenant });
  if (located) {
    const hard = draft.data(located);
    return hard === undefined || hard === null
      ? undefined
      : { at: located, hard: String(hard) };
  }
  const key = classStorageKey(facts.storageClass);
  for (const each of quotasInDraft(draft, tenant)) {
    if (Object.hasOwn(each.hard, key)) {
      return { at: each.at, hard: String(each.hard[key]) };
    }
  }
  return undefined;
}

function quotasInDraft(
  draft: Planning<unknown>['draft'],
  namespace: string,
): Array<{ at: DraftPlace; name: string; hard: Record<string, unknown> }> {
  return draft
    .list({ apiGroup: '', kind: 'ResourceQuota', namespace })
    .map(each => ({
      at: each,
      name: each.name ?? 'without a name',
      hard: recordOf(recordOf(recordOf(draft.data(each)).spec).hard),
    }));
}

interface OtherLimit {
  quota: string;
  key: string;
  hard: string;
  /** Absent if Kubernetes has not counted it yet. */
  used?: string;
}

/** What else quotas of the namespace limit of the tenant's volumes: live, and in Git if a quota is not live yet. */
function otherLimits({
  draft,
  facts,
  request,
}: Planning<TenantStorageRequest>): OtherLimit[] {
  const live = facts.resourceQuotas.items.filter(
    ({ namespace }) => namespace === request.tenant,
  );
  const known = new Set(live.map(({ name }) => name));
  const inGit = quotasInDraft(draft, request.tenant).filter(
    ({ name }) => !known.has(name),
  );
  const keys = [ALL_CLASSES, ...countKeys(facts.storageClass)];
  const limitsOf = (
    quota: string,
    hard: Readonly<Record<string, unknown>>,
    used: (key: string) => string | undefined,
  ) =>
    keys
      .filter(key => Object.hasOwn(hard, key))
      .map(key => ({ quota, key, hard: String(hard[key]), used: used(key) }));
  return [
    ...live.flatMap(({ name, hard, used }) =>
      limitsOf(name, hard, key => used[key]),
    ),
    ...inGit.flatMap(({ name, hard }) => limitsOf(name, hard, () => '0')),
  ];
}

function refuseUnknownNamespace({
  draft,
  facts,
  request,
  refuse,
  warn,
  underCluster,
}: Planning<TenantStorageRequest>): void {
  const { tenant } = request;
  if (facts.namespaces.items.some(({ name }) => name === tenant)) return;
  const inGit = draft.find({ apiGroup: '', kind: 'Namespace', name: tenant });
  if (facts.namespaces.sight !== 'known') {
    warn(
      'namespaceUnknown',
      `Whether the namespace ${tenant} is there can't be seen now.`,
    );
  } else if (!inGit) {
    refuse({
      code: 'notFound',
      field: 'tenant',
      problem: `There is no namespace ${tenant} in ${underCluster}, and none in Git.`,
      remedy: 'Make the tenant first; this only gives it storage.',
    });
  } else {
    warn(
      'namespaceNotLive',
      `The namespace ${tenant} is in Git, but not live yet.`,
    );
  }
}

/** What is wrong with a limit of all classes together, in words; undefined if it has room. */
function shortOfBytes(
  { facts, request }: Planning<TenantStorageRequest>,
  { quota, hard }: OtherLimit,
  { most, taken }: { most: bigint; taken: bigint },
): { problem: string; remedy: string } | undefined {
  const { bytes, written } = request.size;
  if (most - taken >= bytes) return undefined;
  return {
    problem: `The quota ${quota} allows ${hard} for all classes together (${ALL_CLASSES})${
      taken > 0n ? `, of which ${formatBytes(taken)} are used` : ''
    }, less than ${written}: it binds first, and ${classStorageKey(
      facts.storageClass,
    )} never gets that far.`,
    remedy: `Ask for ${formatQuantity(
      most > taken ? most - taken : 0n,
    )} at most, raise ${ALL_CLASSES} of ${quota} first, or set confirmOtherLimits.`,
  };
}

/** What is wrong with a limit of how many volumes there are, in words; undefined if it has room. */
function shortOfVolumes(
  { quota, key }: OtherLimit,
  { most, taken }: { most: bigint; taken: bigint },
  times: bigint,
): { problem: string; remedy: string } | undefined {
  if (most - taken >= times) return undefined;
  const there = taken > 0n ? `, of which ${taken} are there` : '';
  const moment =
    most > taken ? `, and creating one takes ${times} for a moment` : '';
  return {
    problem: `The quota ${quota} allows ${most} volumes (${key})${there}${moment}: none can be created.`,
    remedy: `Raise ${key} of ${quota} first, or set confirmOtherLimits.`,
  };
}

/** Every quota of a namespace must have room: the smallest binds. */
function refuseOtherLimits(
  planning: Planning<TenantStorageRequest>,
  doubled: boolean | undefined,
): void {
  const { facts, request, refuse, warn } = planning;
  for (const limit of otherLimits(planning)) {
    const { quota, key, hard, used } = limit;
    const most = bytesOf(hard, 'down');
    const counted = used === undefined ? undefined : bytesOf(used, 'up');
    if (most === undefined || counted === undefined) {
      warn(
        'otherLimitUnknown',
        `What is used of ${key} (${hard}) in the quota ${quota} is not known.`,
      );
    }
    if (most === undefined) continue;
    const taken = counted ?? 0n;
    const short =
      key === ALL_CLASSES
        ? shortOfBytes(planning, limit, { most, taken })
        : shortOfVolumes(limit, { most, taken }, doubled ? 2n : 1n);
    if (short && !request.confirmOtherLimits) {
      refuse({ code: 'otherSettings', field: 'size', ...short });
    }
  }
  if (facts.resourceQuotas.sight !== 'known') {
    warn(
      'otherLimitsUnknown',
      `Other quotas of ${request.tenant} can't be seen now; one of them may leave less.`,
    );
  }
}

/** A quota of a volume's nominal size can't hold it: CDI asks for more than the tenant did. */
function judgeLargestVolume(
  { facts, request, refuse, warn }: Planning<TenantStorageRequest>,
  fits: bigint | undefined,
  overhead: bigint | undefined,
  doubled: boolean | undefined,
): void {
  const { largestVolume, size } = request;
  const times = doubled === false ? 1n : 2n;
  if (overhead === undefined) {
    warn(
      'overheadUnknown',
      'What CDI adds to a volume is not known now, so nobody can say how large a volume fits.',
    );
    return;
  }
  if (!largestVolume) {
    if (fits !== undefined) {
      warn(
        'largestVolume',
        `The largest volume that fits is ${formatBytes(fits)}, not ${
          size.written
        }: CDI adds ${Number(overhead) / 10} % for the file system${
          times === 2n
            ? `, and creating a volume ${
                doubled === undefined ? 'may take' : 'takes'
              } its size twice`
            : ''
        }.`,
      );
    }
    return;
  }
  const charged = chargedSize(largestVolume.bytes, overhead);
  const needed = charged * times;
  if (doubled === undefined && charged <= size.bytes && needed > size.bytes) {
    warn(
      'doublingUnknown',
      `A volume of ${largestVolume.written} takes ${formatBytes(
        charged,
      )} of the quota, and ${formatBytes(
        needed,
      )} for a moment where a CSI driver makes volumes; what makes those of ${
        facts.storageClass
      } is not known now.`,
    );
  } else if (needed > size.bytes) {
    refuse({
      code: 'headroomTooSmall',
      field: 'size',
      problem: `A volume of ${largestVolume.written} of ${
        facts.storageClass
      } takes ${formatBytes(needed)} of the quota: CDI adds ${
        Number(overhead) / 10
      } % for the file system${
        times === 2n ? ', and creating it takes that twice for a moment' : ''
      }.`,
      remedy: `Give ${formatQuantity(
        wholeMebi(needed),
      )} or more, or a smaller volume.`,
    });
  }
}

/** The value that makes the tenant's webhook watch this class, where its release is in the repository. */
function pointWebhook({
  draft,
  facts,
  request,
  warn,
}: Planning<TenantStorageRequest>): string | null {
  const { tenant } = request;
  const located = draft.located('webhook', { tenant });
  const releases = located
    ? []
    : draft
        .list({
          apiGroup: 'helm.toolkit.fluxcd.io',
          kind: 'HelmRelease',
          about: tenant,
        })
        .filter(each => {
          const spec = recordOf(recordOf(draft.data(each)).spec);
          const chart =
            recordOf(recordOf(spec.chart).spec).chart ??
            recordOf(spec.chartRef).name;
          const target = spec.targetNamespace ?? each.namespace;
          return (
            typeof chart === 'string' &&
            chart.split('/').at(-1) === WEBHOOK_CHART &&
            target === tenant
          );
        });
  if (releases.length > 1) {
    throw new GitOpsError({
      code: 'manifestAmbiguous',
      field: 'tenant',
      problem: `The webhook of ${tenant} is released ${
        releases.length
      } times: ${releases.map(each => draft.shown(each)).join(' and ')}.`,
      remedy:
        'Set locators.webhook of the under cluster to the values of the right one.',
    });
  }
  const at = located ?? releases.at(0);
  if (!at) {
    warn(
      'webhookElsewhere',
      `The release of ${WEBHOOK_CHART} for ${tenant} is not in the repository: set webhook.storageClass to ${facts.storageClass} where it is, or tenants get no clear words once the quota is used up.`,
    );
    return null;
  }
  const path = located
    ? ['webhook', 'storageClass']
    : ['spec', 'values', 'webhook', 'storageClass'];
  const before = draft.data(at, path);
  draft.set(at, path, facts.storageClass);
  return typeof before === 'string' ? before : 'not set';
}

function plan(planning: Planning<TenantStorageRequest>): PlannedChange {
  const { draft, facts, request, refuse, underCluster } = planning;
  const { tenant, size } = request;
  const key = classStorageKey(facts.storageClass);
  refuseUnknownNamespace(planning);

  const inGit = quotaInDraft(planning);
  const live = facts.resourceQuotas.items.find(
    ({ namespace, hard }) => namespace === tenant && Object.hasOwn(hard, key),
  );
  const isThere = inGit && bytesOf(inGit.hard, 'up') === size.bytes;
  if ((inGit && !isThere) || (!inGit && live)) {
    refuse({
      code: 'nameTaken',
      field: 'tenant',
      problem: `${tenant} has a storage quota already: ${
        inGit
          ? `${inGit.hard} in ${draft.shown(inGit.at)}`
          : `${live?.hard[key]} in ${live?.name}, which is live without Git`
      }.`,
      remedy: 'Change it with "Request more storage".',
    });
  }
  const located = draft.located('quota', { tenant });
  const name = `${tenant}-storage`;
  const namesake = facts.resourceQuotas.items.find(
    each => each.namespace === tenant && each.name === name,
  );
  if (
    !live &&
    namesake &&
    !located &&
    !draft.find({
      apiGroup: '',
      kind: 'ResourceQuota',
      namespace: tenant,
      name,
    })
  ) {
    refuse({
      code: 'ownedElsewhere',
      field: 'tenant',
      problem: `The quota ${tenant}/${name} is live, without a limit of ${facts.storageClass}, and is in no configured repository: a second owner of it would fight with the first.`,
      remedy:
        'Bring it into the repository first, or remove it from the cluster.',
    });
  }
  const provisioner = facts.storageClasses.items.find(
    each => each.name === facts.storageClass,
  )?.provisioner;
  const doubled = isDoubledBy(facts, provisioner);
  refuseOtherLimits(planning, doubled);
  const times = doubled === false ? 1n : 2n;
  const overhead = overheadOf(facts, facts.storageClass);
  const fits =
    overhead === undefined
      ? undefined
      : largestWithin(size.bytes / times, overhead);
  judgeLargestVolume(planning, fits, overhead, doubled);

  if (!inGit && located) {
    // What the chart renders has one owner: its values.
    draft.set(located, [], size.written);
  } else if (!inGit) {
    draft.put(
      [
        {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name, namespace: tenant },
          spec: { hard: { [key]: size.written } },
        },
      ],
      { change: 'tenant', object: tenant, tenant },
    );
  }
  const webhook = pointWebhook(planning);
  const sum =
    facts.quotaSum === null
      ? null
      : BigInt(facts.quotaSum) + (live ? 0n : size.bytes);
  const capacity = facts.capacity && BigInt(facts.capacity.bytes);
  if (sum !== null && capacity !== null && sum > capacity) {
    planning.warn(
      'capacityExceeded',
      `All quotas together would be ${formatBytes(
        sum,
      )}, more than the capacity of ${formatBytes(capacity)}.`,
    );
  }
  return {
    title: `Storage for ${tenant} in ${underCluster}: ${size.written}`,
    impact: [
      {
        what: `Quota for ${facts.storageClass}`,
        before: null,
        after: size.written,
        note: located ? draft.shown(located) : name,
      },
      {
        what: 'Largest volume that fits',
        before: null,
        after: fits === undefined ? null : formatBytes(fits),
        note:
          doubled === undefined
            ? 'reckoned with double its size, because what makes volumes is not known'
            : null,
      },
      {
        what: 'All quotas of the class together',
        before:
          facts.quotaSum === null ? null : formatBytes(BigInt(facts.quotaSum)),
        after: sum === null ? null : formatBytes(sum),
        note:
          sum !== null && capacity !== null
            ? `of the capacity: ${formatUsage(sum, capacity)}`
            : 'the capacity is not known',
      },
      {
        what: "Class that the tenant's webhook watches",
        before: webhook,
        after: webhook === null ? null : facts.storageClass,
        note: webhook === null ? 'its release is not in the repository' : null,
      },
    ],
    alreadyThere: `The storage of ${tenant} in ${underCluster} is just that in Git already.`,
  };
}

function gatesOf(
  { tenant }: TenantStorageRequest,
  { namespaces }: UnderClusterFacts,
): ChangeGate[] {
  const isThere = namespaces.items.some(({ name }) => name === tenant);
  const seen = isThere ? 'passed' : 'failed';
  return [
    {
      id: 'namespaceThere',
      title: "The tenant's namespace is there",
      state: namespaces.sight === 'known' ? seen : 'unknown',
      detail:
        namespaces.sight === 'known'
          ? `The namespace ${tenant} is ${isThere ? '' : 'not '}there.`
          : `Whether the namespace ${tenant} is there can't be seen now.`,
    },
  ];
}

function arrivalOf(
  { tenant, size }: TenantStorageRequest,
  { resourceQuotas, storageClass }: UnderClusterFacts,
): ChangeArrival {
  if (resourceQuotas.sight !== 'known') return { known: false };
  const key = classStorageKey(storageClass);
  const live = resourceQuotas.items.find(
    ({ namespace, hard }) => namespace === tenant && Object.hasOwn(hard, key),
  );
  if (!live) {
    return {
      known: true,
      arrived: false,
      missing: `${tenant} has no storage quota yet.`,
    };
  }
  const now = live.hard[key];
  return bytesOf(now, 'up') === size.bytes
    ? { known: true, arrived: true, missing: '' }
    : {
        known: true,
        arrived: false,
        missing: `The quota of ${tenant} is ${now}, not ${size.written}.`,
      };
}

/** Storage for a tenant that has none: its quota, and the class that its webhook watches. */
export const tenant: PlannableChange<TenantStorageRequest> = {
  kind: 'tenant',
  action: 'kmetal:storage:tenant',
  title: "New tenant's storage",
  description:
    "Plans the storage quota of a new tenant in the GitOps repository, and the class that its webhook watches where the webhook's release is there. Writes the changed files to the workspace, for a publishing action to propose.",
  fields,
  read: input => ({
    tenant: dnsLabel(String(input.tenant), 'tenant', 'a tenant'),
    size: sizeOf(String(input.size), 'size'),
    ...(typeof input.largestVolume === 'string' &&
      input.largestVolume !== '' && {
        largestVolume: sizeOf(input.largestVolume, 'largestVolume'),
      }),
    confirmOtherLimits: input.confirmOtherLimits === true,
  }),
  objectOf: request => request.tenant,
  namespacesOf: request => [request.tenant],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Room for volumes of 10 GiB and more',
      input: { tenant: 'omega', size: '50Gi', largestVolume: '10Gi' },
    },
  ],
};
