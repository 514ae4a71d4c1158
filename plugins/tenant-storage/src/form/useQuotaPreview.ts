import { useApi } from '@backstage/frontend-plugin-api';
import {
  QuotaChange,
  QuotaChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';

/** How long somebody must have stopped typing before the backend is asked. */
export const TYPING_DEBOUNCE_MS = 350;

/** How long a preview may take: the backend reads a repository for it. */
export const PREVIEW_TIMEOUT_MS = 30_000;

/** The latest preview, and how the asking goes. */
export interface LatestPreview {
  /** The latest preview of the tenant; of an earlier wish while the next is on its way. */
  preview?: QuotaChangePreview;
  /** Whether `preview` is about the wish as it stands. */
  isCurrent: boolean;
  /** Why the wish as it stands could not be previewed. */
  error?: Error;
  loading: boolean;
  retry(): void;
}

interface Settled {
  key: string;
  change: QuotaChange;
  preview?: QuotaChangePreview;
  error?: Error;
}

/**
 * Previews a wish while it is being typed. Only the answer to the latest wish counts; nothing of one tenant is shown for another.
 *
 * @param change - undefined asks nothing.
 */
export function useQuotaPreview(
  change: QuotaChange | undefined,
): LatestPreview {
  const api = useApi(tenantStorageApiRef);
  const key = change && JSON.stringify(change);
  const [settled, setSettled] = useState<Settled>();
  const [attempt, setAttempt] = useState(0);
  const asked = useRef(false);

  useEffect(() => {
    if (key === undefined) return undefined;
    const wish: QuotaChange = JSON.parse(key);
    const controller = new AbortController();
    let stopped = false;
    let timeout: ReturnType<typeof setTimeout> | undefined;
    const delay = asked.current ? TYPING_DEBOUNCE_MS : 0;
    const timer = setTimeout(async () => {
      asked.current = true;
      const tooLong = new Promise<never>((_, reject) => {
        timeout = setTimeout(() => {
          controller.abort();
          reject(new Error('No answer within 30 seconds'));
        }, PREVIEW_TIMEOUT_MS);
      });
      try {
        const preview = await Promise.race([
          api.previewQuota(wish, { signal: controller.signal }),
          tooLong,
        ]);
        if (!stopped) setSettled({ key, change: wish, preview });
      } catch (cause) {
        if (stopped) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setSettled(last => ({
          key,
          change: wish,
          preview: sameTenant(last?.change, wish) ? last?.preview : undefined,
          error,
        }));
      } finally {
        clearTimeout(timeout);
      }
    }, delay);
    return () => {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(timeout);
      controller.abort();
    };
  }, [api, key, attempt]);

  const retry = useCallback(() => {
    setSettled(last => last && { ...last, key: '', error: undefined });
    setAttempt(last => last + 1);
  }, []);

  const isSettled = key !== undefined && settled?.key === key;
  return {
    preview: sameTenant(settled?.change, change) ? settled?.preview : undefined,
    isCurrent: isSettled && !settled.error,
    error: isSettled ? settled.error : undefined,
    loading: key !== undefined && !isSettled,
    retry,
  };
}

function sameTenant(a: QuotaChange | undefined, b: QuotaChange | undefined) {
  return (
    a !== undefined &&
    a.underCluster === b?.underCluster &&
    a.tenant === b.tenant
  );
}
