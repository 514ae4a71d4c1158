import { useApi } from '@backstage/frontend-plugin-api';
import {
  ListVolumesQuery,
  Tenant,
  VolumeDetail,
  VolumeList,
  tenantSignalChannel,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback } from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { LiveAnswer, useLiveAnswer } from './useLiveAnswer';

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
