import { parseEntityRef } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { humanizeEntityRef } from '@backstage/plugin-catalog-react';
import {
  StorageRequest,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantStorageTranslationRef } from '../translation';

/** Words for requests. */
export function useRequestText() {
  const { t } = useTranslationRef(tenantStorageTranslationRef);

  /** A size whose unit stays with its number where the line breaks. */
  const size = (bytes: string) =>
    formatBytes(BigInt(bytes)).replace(' ', '\u00a0');

  /** "10 Gi → 20 Gi"; of a change that is no quota's, what was asked for. */
  const change = ({ before, sizeBytes, title }: StorageRequest): string =>
    sizeBytes === null
      ? title
      : t('requests.change', {
          before: before === null ? t('requests.noQuotaBefore') : size(before),
          after: size(sizeBytes),
        });

  /** "alice" */
  const requester = (request: StorageRequest): string => {
    try {
      return humanizeEntityRef(parseEntityRef(request.requester), {
        defaultKind: 'user',
      });
    } catch {
      return request.requester;
    }
  };

  /** In a few words, how far it is. */
  const state = (request: StorageRequest): string =>
    t(`requestState.${request.state}`);

  return { change, requester, state };
}
