import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import FailedIcon from '@material-ui/icons/Cancel';
import UnknownIcon from '@material-ui/icons/HelpOutline';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    heading: { fontWeight: 700 },
    list: {
      listStyle: 'none',
      margin: theme.spacing(0.25, 0, 0),
      padding: 0,
      display: 'grid',
      gap: theme.spacing(0.5),
    },
    gate: { display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' },
    detail: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageOpenGates' },
);

/** What must be so before the request can go on, and is not, or is not known to be. Nothing where all is well. */
export function OpenGates({ gates }: Pick<StorageRequest, 'gates'>) {
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const open = (gates ?? [])
    .filter(({ state }) => state !== 'passed')
    .sort(
      (a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'),
    );
  if (open.length === 0) return null;
  return (
    <div>
      <div className={classes.heading}>{t('requests.gates')}</div>
      <ul className={classes.list}>
        {open.map(gate => (
          <li key={gate.id} className={classes.gate}>
            {gate.state === 'failed' ? (
              <FailedIcon
                aria-hidden
                style={{ color: palette.status.error, fontSize: 20 }}
              />
            ) : (
              <UnknownIcon
                aria-hidden
                style={{ color: palette.textSubtle, fontSize: 20 }}
              />
            )}
            <span>
              {t(gate.state === 'failed' ? 'requests.not' : 'requests.unclear')}{' '}
              {gate.title}.{' '}
              <span className={classes.detail}>{gate.detail}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
