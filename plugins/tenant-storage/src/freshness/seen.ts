import { Freshness } from '@kmetal/backstage-plugin-tenant-storage-common';

/**
 * Whether the objects of a kind can be seen, so that where there is none, there is none. Where it can't, "none" would be a guess.
 */
export function isSeen(freshness: Freshness, kind: string): boolean {
  const state = freshness.kinds.find(known => known.kind === kind)?.state;
  return state !== 'notPermitted' && state !== 'syncing';
}
