import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    root: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      '& summary': { cursor: 'pointer', width: 'fit-content' },
    },
    steps: {
      margin: theme.spacing(0.25, 0, 0),
      paddingLeft: theme.spacing(2.5),
    },
    message: { whiteSpace: 'pre-line' },
  }),
  { name: 'TenantStorageRequestHistory' },
);

/** Every state that a request was in, the first on top: since when, by whom, and what was said. Folded away. */
export function RequestHistory(
  props: Pick<StorageRequest, 'history'> & { now: number },
) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);
  return (
    <details className={classes.root}>
      <summary>{t('requestsPage.history')}</summary>
      <ol className={classes.steps} aria-label={t('requestsPage.history')}>
        {props.history.map(({ state, at, by, message }) => (
          <li key={`${state} ${at}`}>
            <time dateTime={at}>
              {t('requests.ended', {
                state: t(`requestState.${state}`),
                time: moment(at),
              })}
            </time>
            {by && ` (${by})`}
            {message && <div className={classes.message}>{message}</div>}
          </li>
        ))}
      </ol>
    </details>
  );
}
