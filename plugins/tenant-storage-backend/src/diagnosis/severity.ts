import type { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';

const RANK = { error: 0, warning: 1, info: 2 };

/** Troubles, worst first; among equals the order stays. */
export function worstFirst(troubles: readonly Trouble[]): Trouble[] {
  return [...troubles].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}
