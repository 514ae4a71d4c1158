import {
  QuantityError,
  QuotaChange,
  QuotaChangePreview,
  QuotaImpact,
  StorageRequest,
  TenantList,
  TenantSummary,
  formatBytes,
  formatQuantity,
  parseQuantity,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { TenantCase, chargedGi } from './tenants';

/** What a wish is answered with, apart from what follows from the tenant. */
export interface PreviewCase {
  /** Why the repository can't be read. */
  repositoryProblem?: string;
  openRequest?: StorageRequest;
  warnings?: QuotaChangePreview['warnings'];
}

/** The tenants that one may ask for, as the backend would list them. */
export function tenantList(
  cases: Record<string, TenantCase>,
  query: URLSearchParams,
): TenantList {
  const search = (query.get('search') ?? '').toLowerCase();
  const items = Object.values(cases)
    .filter(({ fails, hangs }) => !fails && !hangs)
    .map(({ tenant }) => tenant)
    .filter(
      ({ name, underCluster, canRequest }) =>
        (query.get('canRequest') !== 'true' || canRequest) &&
        [null, underCluster].includes(query.get('underCluster')) &&
        (name.includes(search) || underCluster.includes(search)),
    )
    .map((tenant): TenantSummary => {
      const limit = tenant.limits.find(({ resource }) => resource === 'bytes');
      return {
        underCluster: tenant.underCluster,
        underClusterTitle: tenant.underClusterTitle,
        name: tenant.name,
        owners: tenant.owners,
        status: tenant.status,
        quotaState: tenant.quotaState,
        used: limit ? limit.used : tenant.charged,
        hard: limit?.hard ?? null,
        usedRatio: limit?.usedRatio ?? null,
        headroom: tenant.headroom,
        volumes: tenant.volumes,
        worstTrouble: tenant.troubles[0] ?? null,
      };
    });
  const limit = Number(query.get('limit') ?? 50);
  return {
    items: items.slice(0, limit),
    total: items.length,
    nextCursor: items.length > limit ? String(limit) : null,
    errors: [],
    emptyBecause: null,
  };
}

function sizeOf(text: string): bigint | undefined {
  try {
    const bytes = parseQuantity(text);
    return bytes > 0n ? bytes : undefined;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function impactOf(
  { tenant, volumes }: TenantCase,
  after: bigint | undefined,
): QuotaImpact {
  const limit = tenant.limits.find(({ resource }) => resource === 'bytes');
  const used = limit?.used ?? null;
  const pending = volumes
    .filter(({ troubles }) =>
      troubles.some(({ code }) => code === 'quotaExceeded'),
    )
    .map(({ name, tenantCluster, requested }) => ({
      name,
      tenantCluster,
      charge: requested && chargedGi(Number(BigInt(requested) / 2n ** 30n)),
    }));
  const needed = pending.reduce(
    (sum, { charge }) => sum + BigInt(charge ?? 0),
    BigInt(used ?? 0),
  );
  // What waits is made by itself once all of it fits.
  const coming =
    after !== undefined && after >= needed ? needed - BigInt(used ?? 0) : 0n;
  const left =
    after === undefined || used === null
      ? undefined
      : ((after - BigInt(used) - coming) * 100n) / 106n;
  return {
    before: limit?.hard ?? null,
    after: after === undefined ? null : String(after),
    used,
    headroom: tenant.headroom,
    headroomAfter:
      left === undefined
        ? null
        : {
            ...tenant.headroom,
            state: 'known',
            bytes: String(left > 0n ? left : 0n),
            inFlight: String(BigInt(tenant.headroom.inFlight ?? 0) + coming),
            explanation: `A volume of up to ${formatBytes(
              left,
            )} could be created then.`,
          },
    smallestUnblocking:
      used === null || pending.length === 0 ? null : String(needed),
    pending,
  };
}

/** What a wish for a quota is answered with by a backend that has this tenant, and one file for each tenant in its repository. */
export function quotaPreview(
  found: TenantCase,
  change: QuotaChange,
  preview: PreviewCase = {},
): QuotaChangePreview {
  const after = sizeOf(change.size);
  const impact = impactOf(found, after);
  const refusal = (code: string, message: string, remedy: string) => [
    { code, field: 'size', message, remedy, file: null, line: null },
  ];
  let refusals: QuotaChangePreview['refusals'] = [];
  if (after === undefined) {
    refusals = refusal(
      'sizeInvalid',
      `"${change.size}" is no size that Kubernetes reads.`,
      'Give a size such as 20Gi.',
    );
  } else if (
    impact.used !== null &&
    after < BigInt(impact.used) &&
    !change.allowBelowUse
  ) {
    refusals = refusal(
      'belowUse',
      `${formatBytes(BigInt(impact.used))} are in use, more than ${
        change.size
      }; no volume could be created or grown.`,
      'Ask for more, or delete volumes first.',
    );
  }
  if (change.reason?.trim() === '') {
    refusals.push({
      code: 'reasonInvalid',
      field: 'reason',
      message: 'There is no reason.',
      remedy: 'Say in a sentence or two what the storage is for.',
      file: null,
      line: null,
    });
  }
  const isThere = after !== undefined && impact.before === String(after);
  const isRead = preview.repositoryProblem === undefined;
  const path = `clusters/${change.underCluster}/tenants/${change.tenant}/quota.yaml`;
  const isProposed = refusals.length === 0 && !isThere && isRead;
  const before =
    impact.before === null ? 'none' : formatQuantity(BigInt(impact.before));
  const key =
    'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
  let summary = `Raise the storage quota of ${change.tenant} in ${change.underCluster} from ${before} to ${change.size}.`;
  if (refusals.length) summary = refusals[0].message;
  else if (isThere)
    summary = `The storage quota of ${change.tenant} in ${change.underCluster} is ${change.size} already.`;
  return {
    changed: isRead ? isProposed : null,
    summary,
    title: isProposed ? summary.replace(/\.$/, '') : '',
    body:
      isProposed && change.reason
        ? `**${before}** becomes **${change.size}**.\n\n> ${change.reason}\n`
        : null,
    repository: isProposed
      ? { host: 'git.example.com', repository: 'kmetal/fleet' }
      : null,
    files: isProposed ? [{ path, status: 'changed' }] : [],
    diff: isProposed
      ? [
          `diff --git a/${path} b/${path}`,
          `--- a/${path}`,
          `+++ b/${path}`,
          '@@ -9 +9 @@',
          `-    ${key}: ${before}   # agreed with the team at the start`,
          `+    ${key}: ${change.size}   # agreed with the team at the start`,
          '',
        ].join('\n')
      : '',
    warnings: refusals.length ? [] : preview.warnings ?? [],
    refusals,
    gates: isProposed
      ? [
          {
            id: 'quotaCoversUse',
            title: 'The quota covers what is in use',
            state: 'passed',
            detail: `${formatBytes(BigInt(impact.used ?? 0))} are in use.`,
          },
          {
            id: 'quotaAsPlanned',
            title: 'The live quota is as it was when this was planned',
            state: 'unknown',
            detail: "The live quota can't be seen now.",
          },
        ]
      : [],
    impact,
    openRequest: preview.openRequest ?? null,
    repositoryProblem: preview.repositoryProblem ?? null,
    freshness: found.tenant.freshness,
  };
}

/** The answer about changes and tenants to pick from; undefined if it is asked for something else. */
export function answerAboutChanges(
  asked: { url: URL; method: string; body: unknown },
  cases: Record<string, TenantCase>,
  previews: Record<string, PreviewCase> = {},
): { status: number; body: object } | undefined {
  const { url } = asked;
  if (asked.method === 'GET' && url.pathname.endsWith('/v1/tenants')) {
    return { status: 200, body: tenantList(cases, url.searchParams) };
  }
  if (!url.pathname.endsWith('/v1/changes/quota/preview')) return undefined;
  const change = asked.body as QuotaChange;
  const found = cases[change.tenant];
  if (!found || found.fails || found.hangs || !found.tenant.canRequest) {
    return {
      status: 404,
      body: {
        error: { name: 'NotFoundError', message: 'No such tenant' },
        response: { statusCode: 404 },
      },
    };
  }
  return {
    status: 200,
    body: quotaPreview(found, change, previews[change.tenant]),
  };
}
