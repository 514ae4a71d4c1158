import {
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ProposedCommit } from '../gitHost';
import type { RequestedObject } from './types';

/** What the portal wrote below a commit of its own. */
export interface ChangeTrailer {
  /** The size that the commit proposes; null if it does not say, as those of older portals. */
  sizeBytes: bigint | null;
}

/** Undefined for what is no size above zero. */
function sizeOf(text: string): bigint | undefined {
  try {
    const bytes = parseQuantity(text);
    return bytes > 0n ? bytes : undefined;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/**
 * The line `Kmetal-Storage-Change: <underCluster>/<tenant> quota <size>` in the last paragraph of a commit's message. Pure.
 *
 * @returns undefined for a message without it: the commit is somebody else's, or about something else.
 */
export function changeTrailerOf(
  { underCluster, tenant, change }: RequestedObject,
  message: string,
): ChangeTrailer | undefined {
  const start = `Kmetal-Storage-Change: ${underCluster}/${tenant} ${change}`;
  const last =
    message
      .trimEnd()
      .split(/\r?\n\s*\r?\n/)
      .at(-1) ?? '';
  const sizes: Array<bigint | null> = [];
  for (const line of last.split(/\r?\n/).map(each => each.trim())) {
    if (line === start) {
      sizes.push(null);
    } else if (line.startsWith(`${start} `)) {
      const size = sizeOf(line.slice(start.length + 1));
      if (size !== undefined) sizes.push(size);
    }
  }
  if (sizes.length === 0) return undefined;
  // Commits that somebody made one of say several things.
  return { sizeBytes: new Set(sizes).size === 1 ? sizes[0] : null };
}

/** Commits that the portal did not make; merges of the target branch into the branch are harmless. */
export function commitsOfOthers(
  object: RequestedObject,
  commits: readonly ProposedCommit[],
): ProposedCommit[] {
  return commits.filter(
    ({ message, parents }) =>
      // What a merge brings from elsewhere is among the commits itself, unless the target branch has it.
      parents.length <= 1 && changeTrailerOf(object, message) === undefined,
  );
}
