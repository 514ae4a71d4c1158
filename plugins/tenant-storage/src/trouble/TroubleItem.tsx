import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { RequestRemedy } from '../requests/RequestMore';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';
import { SeverityIcon } from './SeverityIcon';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'auto 1fr auto',
      columnGap: theme.spacing(1.5),
      alignItems: 'start',
      [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'auto 1fr' },
    },
    icon: { display: 'flex', paddingTop: 1 },
    body: { minWidth: 0, overflowWrap: 'anywhere', lineHeight: 1.5 },
    severity: { color: theme.palette.textSubtle },
    title: { fontWeight: 700 },
    remedy: { marginTop: theme.spacing(0.5) },
    remedyLabel: { fontWeight: 700 },
    quote: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      marginTop: theme.spacing(0.5),
      '& summary': { cursor: 'pointer', width: 'fit-content' },
      '& q': {
        display: 'block',
        fontFamily: 'monospace',
        padding: theme.spacing(0.5, 0, 0, 1.75),
      },
    },
    about: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      marginTop: theme.spacing(0.5),
    },
    who: {
      fontSize: theme.typography.pxToRem(12),
      border: `1px solid ${theme.palette.divider}`,
      borderRadius: 10,
      padding: theme.spacing(0, 1),
      lineHeight: '20px',
      whiteSpace: 'nowrap',
      color: theme.palette.textSubtle,
      [theme.breakpoints.down('sm')]: {
        gridColumn: 2,
        justifySelf: 'start',
        marginTop: theme.spacing(0.5),
      },
    },
    whoYou: {
      color: theme.palette.text.primary,
      borderColor: theme.palette.textSubtle,
      fontWeight: 700,
    },
  }),
  { name: 'TenantStorageTrouble' },
);

/** One trouble: what, what to do, who can. */
export function TroubleItem(props: { trouble: Trouble; now: number }) {
  const { trouble } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);
  const about = [
    trouble.object &&
      t('troubles.about', {
        kind: trouble.object.kind,
        name: trouble.object.name,
      }),
    trouble.since && t('troubles.since', { time: moment(trouble.since) }),
  ].filter(Boolean);
  return (
    <div className={classes.root}>
      <span className={classes.icon}>
        <SeverityIcon severity={trouble.severity} />
      </span>
      <div className={classes.body}>
        <div>
          <span className={classes.severity}>
            {t(`severity.${trouble.severity}`)}:{' '}
          </span>
          <span className={classes.title}>{trouble.title}</span>
        </div>
        <div>{trouble.message}</div>
        {trouble.remedy && (
          <div className={classes.remedy}>
            <span className={classes.remedyLabel}>{t('troubles.remedy')}</span>{' '}
            {trouble.remedy}
          </div>
        )}
        <RequestRemedy trouble={trouble} />
        {trouble.quote && (
          <details className={classes.quote}>
            <summary>{t('troubles.quote')}</summary>
            <q>{trouble.quote}</q>
          </details>
        )}
        {about.length > 0 && (
          <div className={classes.about}>{about.join(', ')}</div>
        )}
      </div>
      {/* What is no trouble needs nobody to fix it. */}
      {trouble.severity !== 'info' && (
        <span
          className={`${classes.who} ${
            trouble.whoCanFix === 'tenant' ? classes.whoYou : ''
          }`}
        >
          {t(`troubles.${trouble.whoCanFix}`)}
        </span>
      )}
    </div>
  );
}
