import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { isSeen } from '../freshness/seen';
import { Panel } from '../panel/Panel';
import { Size } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    list: { margin: 0, display: 'grid', gap: theme.spacing(1.5) },
    line: {
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      columnGap: theme.spacing(1),
      fontWeight: 700,
    },
    explanation: {
      margin: 0,
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(13),
      lineHeight: 1.45,
    },
    count: { fontWeight: 400, color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageHiddenConsumers' },
);

/** Whether it is known that nothing but the volumes that the tenant asked for takes of the quota. */
export function noHiddenConsumers(tenant: Tenant): boolean {
  return (
    tenant.hiddenConsumers.length === 0 &&
    // A worker's disk is told from a volume by the virtual machine that uses it.
    ['PersistentVolumeClaim', 'VirtualMachineInstance'].every(kind =>
      isSeen(tenant.freshness, kind),
    )
  );
}

/** What takes of the quota without being a volume that the tenant asked for, by name. */
export function HiddenConsumers({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Panel title={t('hidden.title')}>
      {tenant.hiddenConsumers.length === 0 ? (
        <Unknown />
      ) : (
        <dl className={classes.list}>
          {tenant.hiddenConsumers.map(consumer => (
            <div key={consumer.purpose}>
              <dt className={classes.line}>
                <span>{t(`purpose.${consumer.purpose}`)}</span>
                <span>
                  <Size focusable bytes={consumer.charged} />{' '}
                  <span className={classes.count}>
                    {t('hidden.volumes', { count: consumer.volumes })}
                  </span>
                </span>
              </dt>
              <dd className={classes.explanation}>{consumer.explanation}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}
