import { ListRequestsQuery } from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { RequestsFilter } from './useRequestsFilter';

/** How many requests a page holds. */
export const PAGE_SIZE = 25;

/** The question of one list of requests: every change of the filter starts at the first page. */
export function useRequestsQuery(
  filter: Pick<RequestsFilter, 'change' | 'tenant' | 'underCluster'>,
  which: Pick<ListRequestsQuery, 'state' | 'open'>,
) {
  const { change, tenant, underCluster } = filter;
  const { state, open } = which;
  // The cursors of the pages up to the present one; the first page has none.
  const [cursors, setCursors] = useState<string[]>([]);
  const firstPage = useCallback(() => setCursors([]), []);
  useEffect(firstPage, [firstPage, change, tenant, underCluster, state, open]);
  const cursor = cursors[cursors.length - 1];
  const query = useMemo<ListRequestsQuery>(
    () => ({
      change: change || undefined,
      tenant: tenant || undefined,
      underCluster: underCluster || undefined,
      state,
      open,
      limit: PAGE_SIZE,
      cursor,
    }),
    [change, tenant, underCluster, state, open, cursor],
  );
  return {
    query,
    page: cursors.length,
    firstPage,
    nextPage: useCallback(
      (next: string) => setCursors(last => [...last, next]),
      [],
    ),
    previousPage: useCallback(() => setCursors(last => last.slice(0, -1)), []),
  };
}
