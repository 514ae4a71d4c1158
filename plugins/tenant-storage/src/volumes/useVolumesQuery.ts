import { ListVolumesQuery } from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback, useMemo, useState } from 'react';

type Volumes = NonNullable<ListVolumesQuery['sort']>;

/** What the volumes table can be sorted by. */
export type SortKey = Exclude<Volumes, `-${string}`>;

/** How many volumes a page holds. */
export const PAGE_SIZE = 25;

/** What a person asks the volumes table for. */
export interface VolumesFilter {
  search: string;
  states: string[];
  tenantCluster: string;
  purposes: string;
}

const NO_FILTER: VolumesFilter = {
  search: '',
  states: [],
  tenantCluster: '',
  purposes: '',
};

/** The volumes table's question to the backend: every change but turning the page starts at the first page. */
export function useVolumesQuery() {
  const [filter, setFilterState] = useState<VolumesFilter>(NO_FILTER);
  const [sort, setSort] = useState<Volumes>('-state');
  // The cursors of the pages up to the present one; the first page has none.
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors[cursors.length - 1];

  const query = useMemo<ListVolumesQuery>(
    () => ({
      search: filter.search.trim() || undefined,
      state: filter.states.join(',') || undefined,
      tenantCluster: filter.tenantCluster || undefined,
      purpose: filter.purposes || undefined,
      sort,
      limit: PAGE_SIZE,
      cursor,
    }),
    [filter, sort, cursor],
  );

  const firstPage = useCallback(() => setCursors([]), []);
  const setFilter = useCallback((change: Partial<VolumesFilter>) => {
    setFilterState(last => ({ ...last, ...change }));
    setCursors([]);
  }, []);
  const clear = useCallback(() => setFilter(NO_FILTER), [setFilter]);
  const sortBy = useCallback((key: SortKey) => {
    setSort(last => (last === key ? (`-${key}` as const) : key));
    setCursors([]);
  }, []);

  return {
    query,
    filter,
    filtered:
      filter.search.trim() !== '' ||
      filter.states.length > 0 ||
      filter.tenantCluster !== '' ||
      filter.purposes !== '',
    sort: {
      key: sort.replace(/^-/, '') as SortKey,
      descending: sort.startsWith('-'),
    },
    page: cursors.length,
    setFilter,
    clear,
    sortBy,
    firstPage,
    nextPage: useCallback(
      (next: string) => setCursors(last => [...last, next]),
      [],
    ),
    previousPage: useCallback(() => setCursors(last => last.slice(0, -1)), []),
  };
}
