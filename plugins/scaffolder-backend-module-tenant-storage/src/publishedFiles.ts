import type { LoggerService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type {
  ChangePlan,
  PlannedFile,
  RepositoryFiles,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ReadFiles } from './changeRepository';
import type { Place } from './proposal';

/** What a publishing action writes and deletes, by paths in the repository. */
export interface PublishedFiles {
  written: Array<{ path: string; content: string }>;
  deleted: string[];
}

/** Whether two branches have the same at a path, as far as it can be read. */
function isSame(
  path: string,
  one: RepositoryFiles,
  other: RepositoryFiles,
): boolean {
  return (
    one.has(path) === other.has(path) &&
    one.text(path)?.text === other.text(path)?.text
  );
}

/** What differs between two branches, apart from some paths. */
function otherDifferences(
  one: RepositoryFiles,
  other: RepositoryFiles,
  apartFrom: readonly PlannedFile[],
): string[] {
  const planned = new Set(apartFrom.map(({ path }) => path));
  return [...new Set([...one.paths(), ...other.paths()])]
    .filter(path => !planned.has(path) && !isSame(path, one, other))
    .sort();
}

function hasAll(
  planned: readonly PlannedFile[],
  onBranch: RepositoryFiles,
): boolean {
  return planned.every(({ path, content }) =>
    content === null
      ? !onBranch.has(path)
      : onBranch.text(path)?.text === content,
  );
}

/** Whether a branch has all that is planned, and nothing else that the target branch has not. */
export function saysTheSame(
  planned: readonly PlannedFile[],
  onTarget: RepositoryFiles,
  onBranch: RepositoryFiles,
): boolean {
  return (
    hasAll(planned, onBranch) &&
    otherDifferences(onTarget, onBranch, planned).length === 0
  );
}

/**
 * What is to be published of a plan. GitHub's action builds the branch anew; GitLab's adds a commit to the branch that is there: what the
 * branch has of an earlier wish, and this one does not have, is made to be as on the target branch.
 *
 * @throws ServiceUnavailableError if the branch of an open request on GitLab can't be read.
 */
export async function filesToPublish(
  { plan, place, isOpen }: { plan: ChangePlan; place: Place; isOpen: boolean },
  read: ReadFiles,
  logger: LoggerService,
): Promise<PublishedFiles> {
  const written = plan.files.flatMap(({ path, content }) =>
    content === null ? [] : [{ path, content }],
  );
  const deleted = plan.files
    .filter(({ status }) => status === 'deleted')
    .map(({ path }) => path);
  const { branch, repository } = place;
  if (repository.target.provider !== 'gitlab') return { written, deleted };

  let onBranch: RepositoryFiles;
  try {
    onBranch = await read(repository.told, branch);
  } catch (error) {
    if (!(error instanceof ServiceUnavailableError) || isOpen) throw error;
    // There is no such branch yet: it will be the target branch's.
    return { written, deleted };
  }
  const onTarget = repository.files;
  const left = otherDifferences(onTarget, onBranch, plan.files);
  for (const path of left) {
    const text = onTarget.text(path)?.text;
    if (text !== undefined) {
      written.push({ path, content: text });
    } else if (!onTarget.has(path)) {
      deleted.push(path);
    }
  }
  if (left.length > 0) {
    logger.info(
      `These files become what they are on the target branch again: ${left.join(
        ', ',
      )}.`,
    );
  }
  // What is deleted on the branch already can't be deleted again.
  return { written, deleted: deleted.filter(path => onBranch.has(path)) };
}
