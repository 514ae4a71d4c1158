import {
  RequestedChange,
  StorageRequestState,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** What requests are wanted. */
export interface RequestsFilter {
  /** Empty = all. */
  state: StorageRequestState | '';
  change: RequestedChange | '';
  tenant: string;
  underCluster: string;
}

/** No wish in particular. */
export const NO_FILTER: RequestsFilter = {
  state: '',
  change: '',
  tenant: '',
  underCluster: '',
};

/** Worst and earliest first. */
export const STATES: readonly StorageRequestState[] = [
  'stuck',
  'changesRequested',
  'opened',
  'approved',
  'merged',
  'applied',
  'preparing',
  'live',
  'withdrawn',
];

/** What tenants ask for, then what the platform team does, the everyday first. */
export const CHANGES: readonly RequestedChange[] = [
  'quota',
  'tenant',
  'class',
  'backend',
  'profile',
  'paths',
  'velero-location',
  'snapshot',
  'restore',
  'rook-ceph',
  'minio',
  'benchmark',
];

/** What an address says, if it is one of these. */
function oneOf<T extends string>(words: readonly T[], said: string | null) {
  return words.find(word => word === said) ?? '';
}

/** The filter of the page, kept in its address: it can be sent to others, and is there again after a look at a request. */
export function useRequestsFilter(): [
  filter: RequestsFilter,
  change: (wanted: Partial<RequestsFilter>) => void,
] {
  const [said, say] = useSearchParams();
  const filter = useMemo<RequestsFilter>(
    () => ({
      state: oneOf(STATES, said.get('state')),
      change: oneOf(CHANGES, said.get('change')),
      tenant: said.get('tenant') ?? '',
      underCluster: said.get('underCluster') ?? '',
    }),
    [said],
  );
  const change = useCallback(
    (wanted: Partial<RequestsFilter>) =>
      say(
        last => {
          const next = new URLSearchParams(last);
          for (const [name, value] of Object.entries(wanted)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        // Of a filter that is typed, not every step is a page to go back to.
        { replace: true },
      ),
    [say],
  );
  return [filter, change];
}
