import { ConflictError } from '@backstage/errors';
import type { QuotaChangeFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangePlan } from '@kmetal/backstage-plugin-tenant-storage-node';

/** What is proposed already for the same object. */
export type OpenRequest = NonNullable<QuotaChangeFacts['openRequest']>;

/**
 * Refuses a second request for the same object in another repository than that of the open one.
 *
 * @param what - what is changed, in words, such as "quota".
 * @throws ConflictError
 */
export function assertSameRepository(
  open: OpenRequest,
  planned: { host: string; repository: string },
  what: string,
): void {
  const { pullRequest, repository } = open.request;
  if (
    pullRequest &&
    (repository.host !== planned.host ||
      repository.repository !== planned.repository)
  ) {
    throw new ConflictError(
      `The request ${pullRequest.url} for the same ${what} is open in ${repository.repository} on ${repository.host}, where it was kept before; now it is kept in ${planned.repository} on ${planned.host}. Ask the platform team to close the old one, then ask again.`,
    );
  }
}

/**
 * Whether the open request has the same wish, as far as it was recorded: whether its branch has it, too, is to be looked at. Published
 * again it would lose its approvals.
 *
 * @param wanted.sameWish - whether what was recorded, apart from the reason, is what is asked for.
 */
export function recordsTheSame(
  open: OpenRequest,
  wanted: {
    sameWish: boolean;
    reason: string;
    plan: ChangePlan;
    provider: string;
  },
): boolean {
  const { request: recorded, mergeable, title } = open;
  const { plan, provider, reason, sameWish } = wanted;
  if (!recorded.pullRequest || mergeable === false || !sameWish) return false;
  // On GitHub a publish that broke off between branch and pull request leaves the title of the wish before. On GitLab the title always
  // stays that of the first wish: Backstage has no action that changes it. A title that somebody wrote by hand is theirs.
  const madeHere = plan.title.slice(0, plan.title.indexOf(':') + 1);
  if (
    provider === 'github' &&
    title?.startsWith(madeHere) &&
    title !== plan.title
  ) {
    return false;
  }
  // Another reason alone is not worth an approval, but is worth to be read by who has not approved yet.
  return (
    recorded.reason.trim() === reason.trim() || recorded.state === 'approved'
  );
}
