import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import type { QuotaChangeFacts } from '@kmetal/backstage-plugin-tenant-storage-common';

/** As many are named; a branch of others may have any number. */
const MOST_NAMED = 5;

/**
 * Refuses to publish over what others did: a publish builds the branch anew, and their commits would be lost. A branch may have such
 * commits without any open request: from one that was closed, or made by hand.
 *
 * @param told - what the backend says of the branch and of the open request.
 * @param planned - where the change would be published.
 * @throws ConflictError that names the commits, who made them, where they are, and what to do.
 */
export function assertNothingOfOthers(
  told: Pick<QuotaChangeFacts, 'branches' | 'openRequest'>,
  planned: { host: string; repository: string; branch: string },
  logger: LoggerService,
): void {
  const { host, repository, branch } = planned;
  const found = told.branches.find(
    each => each.host === host && each.repository === repository,
  );
  if (!found || found.commitsOfOthers === null) {
    logger.warn(
      `The portal can't ask ${host} whether somebody else works on the branch ${branch} of ${repository}.`,
    );
    return;
  }
  const { commitsOfOthers } = found;
  if (commitsOfOthers.length === 0) return;
  const named = commitsOfOthers
    .slice(0, MOST_NAMED)
    .map(
      ({ sha, author, title }) => `${sha.slice(0, 7)} by ${author}: ${title}`,
    );
  const more = commitsOfOthers.length - named.length;
  if (more > 0) named.push(`and ${more} more`);
  const commits = named.join('; ');
  const pullRequest = told.openRequest?.request.pullRequest;
  throw new ConflictError(
    pullRequest
      ? `Others have worked on the open request ${pullRequest.url}, on the branch ${branch} (${commits}), and a new wish would throw that away. Ask the platform team to merge or close it and to delete the branch, then ask again.`
      : `Others have worked on the branch ${branch} of ${repository} on ${host} (${commits}), and a new request would throw that away. Ask the platform team to keep what they need of it and to delete the branch, then ask again.`,
  );
}
