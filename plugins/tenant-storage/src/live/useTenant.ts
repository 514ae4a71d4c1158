import { useApi } from '@backstage/frontend-plugin-api';
import {
  ListRequestsQuery,
  ListVolumesQuery,
  StorageRequestList,
  Tenant,
  VolumeDetail,
  VolumeList,
  tenantSignalChannel,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback } from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { LiveAnswer, useLiveAnswer, usePolledAnswer } from './useLiveAnswer';

/** One tenant, live. */
export function useTenant(
  underCluster: string,
  tenant: string,
): LiveAnswer<Tenant> {
  const api = useApi(tenantStorageApiRef);
  const load = useCallback(
    (signal: AbortSignal) =>
      api.getTenant({ underCluster, tenant }, { signal }),
    [api, underCluster, tenant],
  );
  return useLiveAnswer(load, tenantSignalChannel(underCluster, tenant));
}

/** A page of a tenant's volumes, live, with the query that it answers: the last answer stays until the next is there. Memoise `query`. */
export function useVolumes(
  underCluster: string,
  tenant: string,
  query: ListVolumesQuery,
): LiveAnswer<{ query: ListVolumesQuery; list: VolumeList }> {
  const api = useApi(tenantStorageApiRef);
  const load = useCallback(
    async (signal: AbortSignal) => ({
      query,
      list: await api.listVolumes({ underCluster, tenant }, query, { signal }),
    }),
    [api, underCluster, tenant, query],
  );
  return useLiveAnswer(load, tenantSignalChannel(underCluster, tenant));
}

/** One volume of a tenant with its events, live. */
export function useVolume(
  underCluster: string,
  tenant: string,
  volume: string,
): LiveAnswer<VolumeDetail> {
  const api = useApi(tenantStorageApiRef);
  const load = useCallback(
    (signal: AbortSignal) =>
      api.getVolume({ underCluster, tenant }, volume, { signal }),
    [api, underCluster, tenant, volume],
  );
  return useLiveAnswer(load, tenantSignalChannel(underCluster, tenant));
}

/** How often to ask while a request is open: its Git host sends the portal no word, so no signal may tell of a step at once. */
export const POLL_OPEN_REQUEST_MS = 5_000;

/** As many requests of one tenant as are shown. */
const REQUESTS_OF_A_TENANT = 20;

const whileOpen = (list: StorageRequestList) =>
  list.items.some(({ open }) => open) ? POLL_OPEN_REQUEST_MS : undefined;

const pageWhileOpen = ({ list }: { list: StorageRequestList }) =>
  whileOpen(list);

/** The latest requests about a tenant, live. */
export function useTenantRequests(
  underCluster: string,
  tenant: string,
): LiveAnswer<StorageRequestList> {
  const api = useApi(tenantStorageApiRef);
  const load = useCallback(
    (signal: AbortSignal) =>
      api.listRequests(
        { underCluster, tenant, limit: REQUESTS_OF_A_TENANT },
        { signal },
      ),
    [api, underCluster, tenant],
  );
  return useLiveAnswer(
    load,
    tenantSignalChannel(underCluster, tenant),
    whileOpen,
  );
}

/** A page of requests across tenants, with the query that it answers: the last answer stays until the next is there. Memoise `query`. */
export function useRequests(
  query: ListRequestsQuery,
): LiveAnswer<{ query: ListRequestsQuery; list: StorageRequestList }> {
  const api = useApi(tenantStorageApiRef);
  const load = useCallback(
    async (signal: AbortSignal) => ({
      query,
      list: await api.listRequests(query, { signal }),
    }),
    [api, query],
  );
  return usePolledAnswer(load, pageWhileOpen);
}
