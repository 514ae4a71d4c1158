import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { ExactTooltip } from '../size/Size';
import { tenantStorageTranslationRef } from '../translation';
import {
  fullnessTone,
  limitFullness,
  limitGeometry,
  tightestLimit,
} from './limits';
import { QuotaBar, UnknownBar } from './QuotaBar';
import { useLimitText } from './useLimitText';

const useStyles = makeStyles(
  theme => ({
    list: {
      listStyle: 'none',
      margin: 0,
      padding: 0,
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fill, minmax(280px, 1fr))',
      gap: theme.spacing(1.5, 3),
    },
    heading: { marginBottom: theme.spacing(1) },
    words: {
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      columnGap: theme.spacing(1),
      marginBottom: theme.spacing(0.5),
      fontSize: theme.typography.pxToRem(13),
    },
  }),
  { name: 'TenantStorageOtherLimits' },
);

/** The limits that leave more room than the tightest one. */
export function OtherLimits({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const text = useLimitText();
  const tightest = tightestLimit(tenant);
  const others = tenant.limits.filter(limit => limit !== tightest);
  if (others.length === 0) return null;
  return (
    <div>
      <Typography
        variant="caption"
        color="textSecondary"
        component="h3"
        className={classes.heading}
      >
        {t('quota.others')}
      </Typography>
      <ul className={classes.list}>
        {others.map(limit => {
          const geometry = limitGeometry(limit, tenant, false);
          const full = limitFullness(limit, tenant);
          const words = `${text.usage(limit)}${
            full ? `, ${t(`quota.${full}`)}` : ''
          }`;
          return (
            <li key={`${limit.quota}/${limit.key}`}>
              <div className={classes.words}>
                <span>{text.subject(limit)}</span>
                <ExactTooltip focusable exact={text.exact(limit)}>
                  {words}
                </ExactTooltip>
              </div>
              {geometry ? (
                <QuotaBar
                  compact
                  geometry={geometry}
                  tone={fullnessTone(full)}
                  label={text.subject(limit)}
                  valueText={words}
                />
              ) : (
                <UnknownBar
                  compact
                  label={`${text.subject(limit)}: ${t('quota.notCounted')}`}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
