import {
  formatBytes,
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { branchName, GitOpsError } from '../gitops';
import { unifiedDiff, type FileChange } from '../gitops/unifiedDiff';
import type { ChangePlan, PlanAudience, PlannedFile } from './changePlan';
import { quotaBody, quotaTitle } from './quotaDescription';
import { classLimitOf, usedOf, type QuotaFacts } from './quotaFacts';
import type { GitOpsRepository } from './gitOpsRepository';
import { quotaInGit, type QuotaInGit } from './quotaManifest';
import {
  labelName,
  quotaReason,
  quotaSize,
  type QuotaRequest,
  type QuotaSize,
} from './quotaRequest';
import { quotaGates, quotaWarnings } from './quotaWarnings';
import { refusalOf, tried } from './refusal';

/**
 * What a plan for a quota is made from.
 *
 * @public
 */
export interface QuotaPlanInput {
  request: QuotaRequest;
  /** The repositories of the under cluster, at the head of the target branch. */
  repositories: readonly GitOpsRepository[];
  facts: QuotaFacts;
  audience: PlanAudience;
}

/**
 * The one branch for a tenant's storage quota.
 *
 * @throws GitOpsError `nameInvalid`, with the field.
 * @public
 */
export function quotaBranch(underCluster: string, tenant: string): string {
  return branchName(
    `kmetal-storage.${labelName(underCluster, 'underCluster')}.${labelName(
      tenant,
      'tenant',
    )}.quota`,
    'branch',
  );
}

function bytesOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  try {
    return parseQuantity(text, { fraction: 'down' });
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** Refuses what would block the tenant, unless that is wanted. */
function refuseBlocking(
  { request, facts }: QuotaPlanInput,
  size: QuotaSize,
  before: bigint | undefined,
): void {
  if (request.allowBelowUse) return;
  const used = usedOf(facts);
  if (used !== undefined && size.bytes < used) {
    throw new GitOpsError({
      code: 'belowUse',
      field: 'size',
      problem: `${formatBytes(used)} are in use, more than ${
        size.written
      }; no volume could be created or grown.`,
      remedy: 'Ask for more, or delete volumes first.',
    });
  }
  if (used === undefined && (before === undefined || size.bytes < before)) {
    throw new GitOpsError({
      code: 'useUnknown',
      field: 'size',
      problem:
        'What is in use is not known now, so nobody can say whether the new quota would cover it.',
      remedy: 'Try again later; if it stays so, ask the platform team.',
    });
  }
}

function refuseUnknownTenant({ request, facts }: QuotaPlanInput): void {
  if (!facts.isTenant) {
    throw new GitOpsError({
      code: 'nameInvalid',
      field: 'tenant',
      problem: `"${request.tenant}" is no tenant of ${request.underCluster}.`,
      remedy: 'Pick it from the list.',
    });
  }
}

const NOTHING: Omit<ChangePlan, 'summary' | 'branch'> = {
  changed: false,
  repository: null,
  files: [],
  diff: '',
  title: '',
  body: '',
  warnings: [],
  refusals: [],
  gates: [],
};

function refusedPlan(
  errors: readonly GitOpsError[],
  branch: string | undefined,
  audience: PlanAudience,
): ChangePlan {
  const refusals = errors.map(error => refusalOf(error, audience));
  return {
    ...NOTHING,
    branch: branch ?? null,
    refusals,
    summary: refusals[0].message,
  };
}

function plannedFile(
  { path, before, after }: FileChange,
  audience: PlanAudience,
): PlannedFile {
  return {
    path,
    status: before === undefined ? 'created' : 'changed',
    content: audience === 'approver' ? after ?? null : null,
  };
}

/**
 * Plans a tenant's storage quota: new, raised or lowered. Pure; the preview and the action that proposes the change both call it.
 *
 * @returns a plan with `refusals` if it can't or must not be done, with `changed: false` if it is done already.
 * @public
 */
export function planQuota(input: QuotaPlanInput): ChangePlan {
  const { request, repositories, facts, audience } = input;
  const refused: GitOpsError[] = [];
  const branch = tried(refused, () => {
    labelName(request.underCluster, 'underCluster');
    return quotaBranch(request.underCluster, request.tenant);
  });
  const size = tried(refused, () => quotaSize(request.size));
  const reason = tried(refused, () => quotaReason(request.reason));
  if (branch === undefined || size === undefined || reason === undefined) {
    return refusedPlan(refused, branch, audience);
  }

  const live = classLimitOf(facts);
  let inGit: QuotaInGit;
  let before: bigint | undefined;
  let changes: FileChange[];
  try {
    refuseUnknownTenant(input);
    inGit = quotaInGit(repositories, request, facts);
    before = bytesOf(inGit.before);
    if (before === size.bytes) {
      return alreadyThere(input, size, branch);
    }
    refuseBlocking(input, size, before ?? (live && BigInt(live.hard)));
    changes = inGit.changesTo(size.written);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return refusedPlan([error], branch, audience);
  }

  const { host, repository } = inGit.repository.settings;
  const warnings = quotaWarnings(
    facts,
    size.bytes,
    { before, quota: inGit.quota, takesOver: inGit.takesOver },
    audience,
  );
  const described = {
    request,
    reason,
    facts,
    written: size.written,
    after: size.bytes,
    before: before ?? (live ? BigInt(live.hard) : undefined),
    beforeWritten: before === undefined ? undefined : inGit.before,
    warnings,
    audience,
  };
  const title = quotaTitle(described);
  return {
    changed: true,
    summary: `${title}.`,
    repository: { host, repository },
    files: changes.map(change => plannedFile(change, audience)),
    // A file, and even a line of it, may hold the quotas of others: what is around the change is not for the requester.
    diff: unifiedDiff(changes, { onlyChanged: audience === 'requester' }),
    title,
    body: quotaBody(described),
    branch,
    warnings,
    refusals: [],
    gates: quotaGates(
      facts,
      size.bytes,
      live ? BigInt(live.hard) : null,
      request.allowBelowUse,
    ),
  };
}

function alreadyThere(
  { request, facts, audience }: QuotaPlanInput,
  size: QuotaSize,
  branch: string,
): ChangePlan {
  const live = classLimitOf(facts);
  const isLive = live !== undefined && BigInt(live.hard) === size.bytes;
  let state = 'it is not live yet';
  if (isLive) state = 'it is live';
  else if (facts.quotaState === 'unknown')
    state = 'whether it is live is not known now';
  return {
    ...NOTHING,
    branch,
    summary: `The storage quota of ${request.tenant} in ${
      request.underCluster
    } is ${formatBytes(size.bytes)} in Git already; ${state}.`,
    warnings: quotaWarnings(
      facts,
      size.bytes,
      { before: size.bytes, takesOver: false },
      audience,
    ),
  };
}
