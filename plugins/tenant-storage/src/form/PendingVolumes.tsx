import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  QuotaImpact,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { tenantStorageTranslationRef } from '../translation';
import { pendingAfter } from './pendingAfter';

/** So many are named; the rest is counted. */
const NAMED = 5;

const useStyles = makeStyles(
  theme => ({
    heading: { fontWeight: 700 },
    list: {
      margin: 0,
      paddingLeft: theme.spacing(2.5),
      overflowWrap: 'anywhere',
    },
    fit: { fontWeight: 700 },
    subtle: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStoragePendingVolumes' },
);

/** The volumes that wait for quota, and what a new one would do for them. Nothing if none waits. */
export function PendingVolumes(props: {
  impact: QuotaImpact;
  /** Whether the impact is that of the size as it stands. */
  isCurrent: boolean;
}) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const pending = pendingAfter(props.impact);
  if (pending === null) {
    return <div className={classes.subtle}>{t('form.pending.unseen')}</div>;
  }
  if (pending.length === 0) return null;
  const more = pending.length - NAMED;
  return (
    <div>
      <div className={classes.heading}>
        {t('form.pending.heading', { count: pending.length })}
      </div>
      <ul className={classes.list}>
        {pending.slice(0, NAMED).map(({ volume, fit }) => (
          <li key={volume.name}>
            {volume.tenantCluster === null
              ? volume.name
              : t('form.pending.inCluster', {
                  name: volume.name,
                  tenantCluster: volume.tenantCluster,
                })}
            {', '}
            {volume.charge === null
              ? t('form.pending.sizeUnknown')
              : t('form.pending.takes', {
                  size: formatBytes(BigInt(volume.charge)),
                })}
            {props.isCurrent && (
              <>
                {': '}
                <span className={classes.fit}>{t(`form.pending.${fit}`)}</span>
              </>
            )}
          </li>
        ))}
        {more > 0 && <li>{t('form.pending.more', { count: more })}</li>}
      </ul>
    </div>
  );
}
