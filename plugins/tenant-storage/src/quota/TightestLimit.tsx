import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { Size } from '../size/Size';
import { tenantStorageTranslationRef } from '../translation';
import {
  fullnessTone,
  limitFullness,
  limitGeometry,
  tightestLimit,
} from './limits';
import { QuotaBar, Swatch, UnknownBar, UnlimitedBar } from './QuotaBar';
import { useUsageText } from './useUsageText';

const useStyles = makeStyles(
  theme => ({
    legend: {
      listStyle: 'none',
      margin: theme.spacing(1, 0, 0),
      padding: 0,
      display: 'flex',
      flexWrap: 'wrap',
      columnGap: theme.spacing(3),
      rowGap: theme.spacing(0.5),
      fontSize: theme.typography.pxToRem(13),
    },
    over: { fontWeight: 700 },
  }),
  { name: 'TenantStorageTightestLimit' },
);

/** The bar of the limit that leaves the least room, with its legend. */
export function TightestLimit(props: { tenant: Tenant; compact?: boolean }) {
  const { tenant, compact } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const usage = useUsageText();

  if (tenant.quotaState === 'unlimited') {
    return <UnlimitedBar label={t('quota.unlimited')} />;
  }
  const limit = tightestLimit(tenant);
  const geometry = limit && limitGeometry(limit, tenant, true);
  if (tenant.quotaState === 'unknown' || !limit || !geometry) {
    return <UnknownBar label={t('quota.unknown')} />;
  }
  const full = limitFullness(limit, tenant);
  const tone = fullnessTone(full);
  const amount = (value: bigint) =>
    limit.resource === 'bytes' ? (
      <Size focusable bytes={value} />
    ) : (
      value.toLocaleString()
    );
  return (
    <div>
      <QuotaBar
        geometry={geometry}
        tone={tone}
        label={t('quota.meter', { quota: limit.quota })}
        valueText={`${usage(tenant)}${full ? `, ${t(`quota.${full}`)}` : ''}`}
      />
      {!compact && (
        <ul className={classes.legend}>
          {geometry.segments.map(segment => (
            <li key={segment.id}>
              <Swatch of={segment.id} tone={tone} />
              {t(`quota.${segment.id}`)} {amount(segment.amount)}
            </li>
          ))}
          {geometry.over > 0n ? (
            <>
              <li className={classes.over}>
                <Swatch of="overSwatch" tone={tone} />
                {t('quota.over')} {amount(geometry.over)}
              </li>
              <li>
                <Swatch of="limitSwatch" tone={tone} />
                {t('quota.limit')} {amount(BigInt(limit.hard))}
              </li>
            </>
          ) : (
            <li>
              <Swatch of="free" tone={tone} />
              {t('quota.free')} {amount(geometry.free)}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
