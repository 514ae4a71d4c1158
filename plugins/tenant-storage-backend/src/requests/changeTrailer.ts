import {
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { wishesInTrailer } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ProposedCommit } from '../gitHost';
import type { RequestedObject } from './types';

/** What a request is about, as far as the trailers of its commits tell. */
type ObjectOfTrailer = Omit<RequestedObject, 'tenant'>;

/** What the portal wrote below a commit of its own. */
export interface ChangeTrailer {
  /**
   * What the commit proposes: bytes of a quota, the fingerprint of any other wish. Null if it does not say, as those of older portals.
   */
  wish: string | null;
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

/** The wish as requests have it; undefined for words that are none, which are somebody else's. */
function wishIn(change: RequestedObject['change'], text: string) {
  if (change === 'quota') return sizeOf(text)?.toString();
  // One that the portal publishes in two commits says `incomplete` in the first: nobody's wish, but the portal's.
  return /^[0-9a-z]{1,64}$/.test(text) ? text : undefined;
}

/**
 * The line `Kmetal-Storage-Change: <underCluster>/<object> <change> <wish>` in the last paragraph of a commit's message. Pure.
 *
 * @returns undefined for a message without it: the commit is somebody else's, or about something else.
 */
export function changeTrailerOf(
  object: ObjectOfTrailer,
  message: string,
): ChangeTrailer | undefined {
  const wishes = wishesInTrailer(object, message)
    .map(text => text && wishIn(object.change, text))
    .filter(wish => wish !== undefined);
  if (wishes.length === 0) return undefined;
  // Commits that somebody made one of say several things.
  return { wish: new Set(wishes).size === 1 ? wishes[0] : null };
}

/** Commits that the portal did not make; merges of the target branch into the branch are harmless. */
export function commitsOfOthers(
  object: ObjectOfTrailer,
  commits: readonly ProposedCommit[],
): ProposedCommit[] {
  return commits.filter(
    ({ message, parents }) =>
      // What a merge brings from elsewhere is among the commits itself, unless the target branch has it.
      parents.length <= 1 && changeTrailerOf(object, message) === undefined,
  );
}
