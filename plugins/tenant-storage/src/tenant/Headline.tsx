import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Tenant,
  formatExactBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Paper from '@material-ui/core/Paper';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import { ReactNode } from 'react';
import { limitFullness, tightestLimit } from '../quota/limits';
import { OtherLimits } from '../quota/OtherLimits';
import { TightestLimit } from '../quota/TightestLimit';
import { useLimitText } from '../quota/useLimitText';
import { useUsageText } from '../quota/useUsageText';
import { ExactTooltip, Size } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { tenantStorageTranslationRef } from '../translation';
import { healthOf } from '../trouble/health';
import { headroomFigure } from './headroomText';
import { HealthLine } from './HealthLine';

const useStyles = makeStyles(
  theme => ({
    root: {
      padding: theme.spacing(2, 2, 2),
      display: 'grid',
      gap: theme.spacing(2),
      minWidth: 0,
    },
    figures: {
      display: 'grid',
      gridTemplateColumns:
        'minmax(0, 1.9fr) minmax(0, 1.2fr) minmax(0, 0.9fr) minmax(0, 1.5fr)',
      margin: 0,
      [theme.breakpoints.down('sm')]: {
        gridTemplateColumns:
          'minmax(0, 1.4fr) minmax(0, 0.9fr) minmax(0, 1.3fr)',
        rowGap: theme.spacing(2),
      },
    },
    figure: {
      padding: theme.spacing(0, 2),
      borderLeft: `1px solid ${theme.palette.divider}`,
      '&:first-child': { paddingLeft: 0, borderLeft: 'none' },
      [theme.breakpoints.down('sm')]: {
        '&:first-child': { gridColumn: '1 / -1' },
        '&:nth-child(2)': { paddingLeft: 0, borderLeft: 'none' },
      },
    },
    label: {
      fontSize: theme.typography.pxToRem(13),
      color: theme.palette.textSubtle,
    },
    value: {
      margin: 0,
      fontSize: theme.typography.pxToRem(17),
      lineHeight: 1.4,
      fontWeight: 700,
      minHeight: 30,
      display: 'flex',
      alignItems: 'center',
      flexWrap: 'wrap',
      columnGap: theme.spacing(1),
    },
    bigValue: {
      fontSize: theme.typography.pxToRem(32),
      lineHeight: 1.25,
      fontVariantNumeric: 'tabular-nums',
    },
    note: {
      margin: 0,
      fontSize: theme.typography.pxToRem(13),
      color: theme.palette.textSubtle,
      lineHeight: 1.45,
    },
    explanation: {
      margin: 0,
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.45,
      maxWidth: '64ch',
    },
    word: {
      display: 'inline-block',
      color: theme.palette.text.primary,
      fontSize: theme.typography.pxToRem(12),
      fontWeight: 700,
      border: '1px solid currentColor',
      borderRadius: 10,
      padding: theme.spacing(0, 1),
      lineHeight: '18px',
    },
  }),
  { name: 'TenantStorageHeadline' },
);

function Figure(props: {
  label: string;
  big?: boolean;
  value: ReactNode;
  children?: ReactNode;
}) {
  const classes = useStyles();
  return (
    <div className={classes.figure}>
      <dt className={classes.label}>{props.label}</dt>
      <dd className={`${classes.value} ${props.big ? classes.bigValue : ''}`}>
        {props.value}
      </dd>
      {props.children && <dd className={classes.note}>{props.children}</dd>}
    </div>
  );
}

const COUNTED = [
  'error',
  'unknown',
  'waiting',
  'working',
  'deleting',
  'ok',
] as const;

/** What is left, what there is, and whether it works, in one look. */
export function Headline({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const limitText = useLimitText();
  const usage = useUsageText();

  const left = headroomFigure(tenant.headroom);
  const limit =
    tenant.quotaState === 'limited' ? tightestLimit(tenant) : undefined;
  const full = limit && limitFullness(limit, tenant);
  const counts = tenant.volumes;
  const worst = tenant.troubles.find(({ severity }) => severity !== 'info');
  let usedExact: string = t('unknown');
  if (limit) usedExact = limitText.exact(limit);
  else if (tenant.charged !== null)
    usedExact = formatExactBytes(BigInt(tenant.charged));

  return (
    <Paper
      component="section"
      aria-label={t('headline.heading')}
      className={classes.root}
    >
      <dl className={classes.figures}>
        <Figure
          big
          label={t('headline.left')}
          value={
            left.kind === 'size' ? (
              <Size focusable bytes={left.bytes} />
            ) : (
              t(`headline.${left.kind}`)
            )
          }
        >
          <span
            className={classes.explanation}
            style={{ color: palette.text.primary }}
          >
            {tenant.headroom.explanation}
          </span>
        </Figure>
        <Figure
          label={t('headline.used')}
          value={
            <ExactTooltip focusable exact={usedExact}>
              {usage(tenant)}
            </ExactTooltip>
          }
        >
          {full && (
            <div>
              <span className={classes.word}>{t(`quota.${full}`)}</span>
            </div>
          )}
          {limit
            ? `${limitText.subject(limit)}. ${t('headline.limitOf', {
                quota: limit.quota,
              })}`
            : tenant.quotaState === 'unlimited' && t('headline.noQuota')}
        </Figure>
        <Figure
          label={t('headline.volumes')}
          value={counts ? counts.total.toLocaleString() : <Unknown />}
        >
          {counts &&
            COUNTED.filter(state => counts[state] > 0)
              .map(state =>
                t(`counts.${state}`, {
                  number: counts[state].toLocaleString(),
                }),
              )
              .join(', ')}
        </Figure>
        <Figure
          label={t('headline.health')}
          value={<HealthLine health={healthOf(tenant)} />}
        >
          {worst && t('headline.worst', { title: worst.title })}
          {!worst && tenant.status === 'ok' && t('headline.allRunning')}
          {!worst && tenant.status !== 'ok' && t('headline.notAllKnown')}
        </Figure>
      </dl>
      <TightestLimit tenant={tenant} />
      <OtherLimits tenant={tenant} />
    </Paper>
  );
}
