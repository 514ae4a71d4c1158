import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { NotModifiedError, ServiceUnavailableError } from '@backstage/errors';
import { Parser, type ReadEntry } from 'tar';
import { branchName } from './branchName';
import { gitHostFault } from './gitHostFault';
import { GitOpsError } from './gitOpsError';
import { RepositoryFiles, type RepositoryEntry } from './repositoryFiles';
import { shownText } from './shownText';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Above what a manifest has, so that a file that is too large to be changed can still be named. */
const LARGEST_KEPT_FILE = 16 * 1024 * 1024;
/** All files together. Far above a repository of manifests, far below what a backend has. */
const LARGEST_REPOSITORY = 512 * 1024 * 1024;
const MOST_FILES = 200_000;

/**
 * Checks the name of the branch that changes are proposed for. Backstage's URL readers take what follows a slash for a path, encoded or
 * not, and leave some other characters as they are, so that these name another branch or none.
 *
 * @throws GitOpsError `branchInvalid`, with the field.
 * @public
 */
export function targetBranchName(name: string, field: string): string {
  branchName(name, field);
  if (!/^[\w.@=,-]+$/.test(name)) {
    throw new GitOpsError({
      code: 'branchInvalid',
      field,
      problem: `${shownText(
        name,
      )} can't be read: readers of repositories take a part of it for something else.`,
      remedy:
        "Use a branch of letters, digits, dots and dashes, such as main; or leave it out, and the repository's default branch is used.",
    });
  }
  return name;
}

class TooLarge extends ServiceUnavailableError {}

/** Git's archives have one folder around everything, such as `acme-fleet-1a2b3c/`. */
function withoutFirstFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

async function entriesOf(
  archive: NodeJS.ReadableStream,
  repository: string,
): Promise<RepositoryEntry[]> {
  const entries: RepositoryEntry[] = [];
  let size = 0;
  let tooLarge: TooLarge | undefined;
  const onReadEntry = (entry: ReadEntry) => {
    const path = withoutFirstFolder(entry.path);
    if (entry.type === 'SymbolicLink' || entry.type === 'Link') {
      entries.push({ type: 'symlink', path, target: entry.linkpath ?? '' });
    } else if (
      entry.type === 'File' ||
      entry.type === 'OldFile' ||
      entry.type === 'ContiguousFile'
    ) {
      size += entry.size;
      if (entry.size > LARGEST_KEPT_FILE) {
        entries.push({ type: 'file', path, size: entry.size });
      } else {
        const chunks: Buffer[] = [];
        entry.on('data', chunk => chunks.push(chunk));
        entry.on('end', () =>
          entries.push({ type: 'file', path, content: Buffer.concat(chunks) }),
        );
        return;
      }
    }
    entry.resume();
  };
  const parser = new Parser({ strict: true, onReadEntry });
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  // Whoever waits is told below; until then nobody may be waiting yet.
  ended.catch(() => {});
  for await (const chunk of archive) {
    parser.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    if (size > LARGEST_REPOSITORY || entries.length > MOST_FILES) {
      tooLarge = new TooLarge(
        `The repository ${repository} is too large to be read: it has more than ${MOST_FILES} files or ${
          LARGEST_REPOSITORY / 1024 / 1024
        } MiB. The platform team keeps the manifests in a repository of their own.`,
      );
      break;
    }
  }
  if (tooLarge) throw tooLarge;
  parser.end();
  await ended;
  return entries;
}

/**
 * Reads a repository at the head of a branch, as one archive, through Backstage's URL readers and the credentials that they have for the
 * host. Symbolic links are kept as such.
 *
 * @param repository - `branch` null is the repository's default branch.
 * @param options - `token`: whoever's rather than the portal's own. `etag`: the revision that is known already. `timeoutMs`: for all of
 *   it, 30,000 unless told.
 * @returns the commit, and the files.
 * @throws NotModifiedError if the branch is at `etag`; ServiceUnavailableError that names the Git host and what to do for whatever else is
 *   wrong with it; GitOpsError `branchInvalid` for a branch that can't be read.
 * @public
 */
export async function readRepository(
  urlReader: UrlReaderService,
  repository: { url: string; branch: string | null },
  options: {
    token?: string;
    etag?: string;
    signal?: AbortSignal;
    timeoutMs?: number;
  } = {},
): Promise<{ revision: string; files: RepositoryFiles }> {
  const { token, etag } = options;
  const url = repository.url.replace(/\/+$/, '').replace(/\.git$/, '');
  const { host, pathname } = new URL(url);
  const branch =
    repository.branch === null
      ? null
      : targetBranchName(repository.branch, 'branch');
  const read = {
    host,
    repository: pathname.slice(1),
    branch,
    ownToken: token !== undefined,
  };
  const signal = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    ...(options.signal ? [options.signal] : []),
  ]);
  // The readers pass the signal to some of their requests only, so the end of patience is waited for as well.
  let endOfPatience = () => {};
  const impatient = new Promise<never>((_, reject) => {
    endOfPatience = () => reject(signal.reason);
    signal.addEventListener('abort', endOfPatience);
  });
  try {
    signal.throwIfAborted();
    const whole = async () => {
      const tree = await urlReader.readTree(
        branch === null ? url : `${url}/tree/${branch}`,
        { token, etag, signal },
      );
      const entries = await entriesOf(await tree.archive(), read.repository);
      return { revision: tree.etag, files: RepositoryFiles.from(entries) };
    };
    const reading = whole();
    reading.catch(() => {});
    return await Promise.race([reading, impatient]);
  } catch (error) {
    if (error instanceof Error && error.name === 'NotModifiedError') {
      throw new NotModifiedError();
    }
    if (error instanceof TooLarge) throw error;
    throw gitHostFault(error, read);
  } finally {
    signal.removeEventListener('abort', endOfPatience);
  }
}
