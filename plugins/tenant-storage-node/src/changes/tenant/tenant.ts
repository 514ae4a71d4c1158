import {
  formatBytes,
  formatQuantity,
  formatUsage,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import type { ChangeGate } from '../changePlan';
import {
  chargedSize,
  isDoubledBy,
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
  StorageChange,
  StorageChangeField,
} from '../storageChange';

/** The chart of the webhook that tells a tenant at once that its quota is used up. */
const WEBHOOK_CHART = 'kmetal-webhook';

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

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

/** The tenant's quota in Git, by its key. */
function quotaInDraft({
  draft,
  facts,
  request,
}: Planning<TenantStorageRequest>):
  | { at: DraftPlace; name?: string; hard: string }
  | undefined {
  const key = classStorageKey(facts.storageClass);
  for (const each of draft.list({ apiGroup: '', kind: 'ResourceQuota' })) {
    if (each.namespace !== request.tenant) continue;
    const hard = recordOf(recordOf(recordOf(draft.data(each)).spec).hard);
    if (Object.hasOwn(hard, key)) {
      return { at: each, name: each.name, hard: String(hard[key]) };
    }
  }
  return undefined;
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

/** Every quota of a namespace must have room: the smallest binds. */
function refuseOtherLimits({
  facts,
  request,
  refuse,
  warn,
}: Planning<TenantStorageRequest>): void {
  const key = classStorageKey(facts.storageClass);
  for (const { namespace, name, hard } of facts.resourceQuotas.items) {
    const all = hard['requests.storage'];
    if (namespace !== request.tenant || all === undefined) continue;
    let bytes: bigint;
    try {
      bytes = quotaSize(all).bytes;
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error;
      warn(
        'otherLimitUnknown',
        `The quota ${name} has ${all} as requests.storage, which can't be read.`,
      );
      continue;
    }
    if (bytes < request.size.bytes && !request.confirmOtherLimits) {
      refuse({
        code: 'otherSettings',
        field: 'size',
        problem: `The quota ${name} allows ${all} for all classes together (requests.storage), less than ${request.size.written}: it binds first, and ${key} never gets that far.`,
        remedy: `Ask for ${all} at most, raise requests.storage of ${name} first, or set confirmOtherLimits.`,
      });
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
  times: bigint,
): void {
  const { largestVolume, size } = request;
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
          times === 2n ? ', and creating a volume takes its size twice' : ''
        }.`,
      );
    }
    return;
  }
  const needed = wholeMebi(chargedSize(largestVolume.bytes, overhead) * times);
  if (needed > size.bytes) {
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
      remedy: `Give ${formatQuantity(needed)} or more, or a smaller volume.`,
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
        .list({ apiGroup: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' })
        .filter(each => {
          const spec = recordOf(recordOf(draft.data(each)).spec);
          const chart = recordOf(recordOf(spec.chart).spec).chart;
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
  const isThere = inGit && sizeOf(inGit.hard, 'size').bytes === size.bytes;
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
  refuseOtherLimits(planning);
  const provisioner = facts.storageClasses.items.find(
    ({ name }) => name === facts.storageClass,
  )?.provisioner;
  const doubled = isDoubledBy(facts, provisioner);
  const times = doubled === false ? 1n : 2n;
  const overhead = overheadOf(facts, facts.storageClass);
  const fits =
    overhead === undefined
      ? undefined
      : ((size.bytes / times) * (1000n - overhead)) / 1000n;
  judgeLargestVolume(planning, fits, overhead, times);

  if (!inGit) {
    draft.put(
      [
        {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: `${tenant}-storage`, namespace: tenant },
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
        note: `${tenant}-storage`,
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
  return sizeOf(now, 'size').bytes === size.bytes
    ? { known: true, arrived: true, missing: '' }
    : {
        known: true,
        arrived: false,
        missing: `The quota of ${tenant} is ${now}, not ${size.written}.`,
      };
}

/** Storage for a tenant that has none: its quota, and the class that its webhook watches. */
export const tenant: StorageChange<TenantStorageRequest> = {
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
