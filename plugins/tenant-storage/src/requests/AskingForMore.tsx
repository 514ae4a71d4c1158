import { useApi } from '@backstage/frontend-plugin-api';
import {
  QuotaImpact,
  StorageRequest,
  Tenant,
  formatQuantity,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  PropsWithChildren,
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { useRequestForm } from './requestForm';

/** What there is to say, at a trouble of the quota, of asking for more. */
export interface AskingForMore {
  /** The address of the form. */
  formFor(wish?: { size?: string; reason?: string }): string;
  /** What is asked for already and not there yet. */
  openRequest?: StorageRequest;
  /** The smallest quota, in bytes, with which everything can be made that waits for room; undefined while it is not known. */
  unblocking?: bigint;
  /** Whether the quota has room for everything that it refused, which only has not been tried again. */
  hasRoomByNow: boolean;
}

type Refused = Pick<AskingForMore, 'unblocking' | 'hasRoomByNow'>;

const NOT_KNOWN: Refused = { hasRoomByNow: false };

/** What the backend says of volumes that the quota refused. */
function refusedIn({
  smallestUnblocking,
  pending,
  used,
}: QuotaImpact): Refused {
  if (smallestUnblocking !== null) {
    return { unblocking: BigInt(smallestUnblocking), hasRoomByNow: false };
  }
  // No larger quota is called for, and that is not for want of knowing what they take.
  const isKnown =
    used !== null &&
    pending !== null &&
    pending.length > 0 &&
    pending.every(({ charge }) => charge !== null);
  return { hasRoomByNow: isKnown };
}

const AskingForMoreContext = createContext<AskingForMore | undefined>(
  undefined,
);

/** Undefined where the caller may not ask, or there is no form. */
export function useAskingForMore(): AskingForMore | undefined {
  return useContext(AskingForMoreContext);
}

/** Volumes that the quota refuses, and that a larger one lets through. */
const REFUSED = ['quotaExceeded', 'helperExceedsQuota'];

/** What the backend says of a tenant's refused volumes; asked anew when the quota, its use or what is refused changes. */
function useRefused(tenant: Tenant, wanted: boolean) {
  const api = useApi(tenantStorageApiRef);
  const [answer, setAnswer] = useState(NOT_KNOWN);
  const { underCluster, name } = tenant;
  const limit = tenant.limits.find(
    ({ resource, storageClass }) =>
      resource === 'bytes' && storageClass === tenant.storageClass.name,
  );
  const refused = tenant.troubles
    .filter(({ code }) => REFUSED.includes(code))
    .map(({ object, title }) => `${object?.name} ${title}`)
    .join();
  const hard = wanted && refused ? limit?.hard : undefined;
  const situation = `${limit?.used} ${refused}`;
  useEffect(() => {
    setAnswer(NOT_KNOWN);
    if (hard === undefined) return undefined;
    const asking = new AbortController();
    api
      .previewQuota(
        {
          underCluster,
          tenant: name,
          size: formatQuantity(BigInt(hard)),
        },
        { signal: asking.signal },
      )
      .then(({ impact }) => {
        if (!asking.signal.aborted) setAnswer(refusedIn(impact));
      })
      // The link leads to the form all the same, which says what is wrong.
      .catch(() => {});
    return () => asking.abort();
  }, [api, underCluster, name, hard, situation]);
  return answer;
}

/** Lets everything below lead to the form, filled in for a tenant. */
export function AskingForMoreProvider(
  props: PropsWithChildren<{
    tenant: Tenant;
    /** The tenant's requests as far as they are known. */
    requests?: readonly StorageRequest[];
  }>,
) {
  const { tenant, requests } = props;
  const { underCluster, name, canRequest } = tenant;
  const form = useRequestForm();
  const refused = useRefused(tenant, canRequest && form !== undefined);
  const openRequest = requests?.find(({ open }) => open);
  const asking = useMemo<AskingForMore | undefined>(
    () =>
      canRequest && form
        ? {
            formFor: wish => form({ underCluster, tenant: name, ...wish }),
            openRequest,
            ...refused,
          }
        : undefined,
    [canRequest, form, underCluster, name, openRequest, refused],
  );
  return (
    <AskingForMoreContext.Provider value={asking}>
      {props.children}
    </AskingForMoreContext.Provider>
  );
}
