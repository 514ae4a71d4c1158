import { ListRequestsQuery } from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback, useEffect, useMemo, useState } from 'react';

/** How many requests a page holds. */
export const PAGE_SIZE = 25;

/** What requests are wanted. */
export interface RequestsFilter {
  /** Empty = all. */
  state: string;
  tenant: string;
  underCluster: string;
}

/** No wish in particular. */
export const NO_FILTER: RequestsFilter = {
  state: '',
  tenant: '',
  underCluster: '',
};

/** The question of one list of requests: every change of the filter starts at the first page. */
export function useRequestsQuery(
  filter: Pick<RequestsFilter, 'tenant' | 'underCluster'>,
  which: Pick<ListRequestsQuery, 'state' | 'open'>,
) {
  const { tenant, underCluster } = filter;
  const { state, open } = which;
  // The cursors of the pages up to the present one; the first page has none.
  const [cursors, setCursors] = useState<string[]>([]);
  const firstPage = useCallback(() => setCursors([]), []);
  useEffect(firstPage, [firstPage, tenant, underCluster, state, open]);
  const cursor = cursors[cursors.length - 1];
  const query = useMemo<ListRequestsQuery>(
    () => ({
      tenant: tenant || undefined,
      underCluster: underCluster || undefined,
      state,
      open,
      limit: PAGE_SIZE,
      cursor,
    }),
    [tenant, underCluster, state, open, cursor],
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
