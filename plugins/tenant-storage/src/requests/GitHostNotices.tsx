import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequestList } from '@kmetal/backstage-plugin-tenant-storage-common';
import { Notice } from '../panel/Notice';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';

/** Says of each Git host that does not answer what that means for what is shown. */
export function GitHostNotices(props: {
  errors: StorageRequestList['errors'];
  now: number;
}) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);
  return (
    <>
      {props.errors.map(({ host, message, since }) => (
        <Notice key={host} tone="warning" title={t('requests.hostTrouble')}>
          {t('requests.hostTroubleText', {
            message: message.replace(/\.$/, ''),
            time: moment(since),
          })}
        </Notice>
      ))}
    </>
  );
}
