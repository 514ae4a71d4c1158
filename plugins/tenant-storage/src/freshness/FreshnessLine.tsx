import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Freshness } from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import Popover from '@material-ui/core/Popover';
import Typography from '@material-ui/core/Typography';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import LiveIcon from '@material-ui/icons/FiberManualRecord';
import PartialIcon from '@material-ui/icons/VisibilityOff';
import StaleIcon from '@material-ui/icons/Schedule';
import SyncingIcon from '@material-ui/icons/Sync';
import { useState } from 'react';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    button: {
      textTransform: 'none',
      fontWeight: 400,
      color: theme.palette.textSubtle,
    },
    popover: { padding: theme.spacing(2), maxWidth: 480 },
    table: {
      borderCollapse: 'collapse',
      marginTop: theme.spacing(1),
      fontSize: theme.typography.pxToRem(13),
      '& th': { textAlign: 'left', fontWeight: 400 },
      '& td, & th': {
        padding: theme.spacing(0.25, 2, 0.25, 0),
        verticalAlign: 'top',
      },
      '& thead th': { color: theme.palette.textSubtle },
    },
  }),
  { name: 'TenantStorageFreshness' },
);

/** How fresh the page is, in a few words; what it rests on, on demand. */
export function FreshnessLine(props: { freshness: Freshness; now: number }) {
  const { freshness } = props;
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { ago, moment } = useTimeText(props.now);
  const [anchor, setAnchor] = useState<Element | null>(null);

  const stale = freshness.state === 'stale' && freshness.since;
  const words = stale
    ? t('freshness.stale', { ago: ago(stale) })
    : t(
        freshness.state === 'stale'
          ? 'freshness.partial'
          : `freshness.${freshness.state}`,
      );
  const { Icon, color } = {
    live: { Icon: LiveIcon, color: palette.status.ok },
    partial: { Icon: PartialIcon, color: palette.status.warning },
    stale: { Icon: StaleIcon, color: palette.status.warning },
    syncing: { Icon: SyncingIcon, color: palette.textSubtle },
  }[freshness.state];

  const kindState = (kind: Freshness['kinds'][number]) => {
    switch (kind.state) {
      case 'synced':
        return t('freshness.synced');
      case 'stale':
        return kind.since
          ? t('freshness.kindStale', { time: moment(kind.since) })
          : t('unknown');
      case 'syncing':
        return t('freshness.kindSyncing');
      case 'notPermitted':
        return t('freshness.notPermitted');
      default:
        return t('freshness.notInstalled');
    }
  };

  return (
    <>
      <Button
        size="small"
        className={classes.button}
        aria-haspopup="dialog"
        aria-expanded={Boolean(anchor)}
        aria-label={t('freshness.kinds', { state: words })}
        onClick={event => setAnchor(event.currentTarget)}
        startIcon={<Icon aria-hidden style={{ color, fontSize: 14 }} />}
      >
        {words}
      </Button>
      <Popover
        open={Boolean(anchor)}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        PaperProps={
          { role: 'dialog', 'aria-label': t('freshness.kindsTitle') } as object
        }
      >
        <div className={classes.popover}>
          <Typography variant="subtitle2" component="h3">
            {t('freshness.kindsTitle')}
          </Typography>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t('freshness.kind')}</th>
                <th scope="col">{t('freshness.kindState')}</th>
              </tr>
            </thead>
            <tbody>
              {freshness.kinds.map(kind => (
                <tr key={kind.kind}>
                  <th scope="row">{kind.kind}</th>
                  <td>
                    {kindState(kind)}
                    {kind.message && <div>{kind.message}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Popover>
    </>
  );
}
