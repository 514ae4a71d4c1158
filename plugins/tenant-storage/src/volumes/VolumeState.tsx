import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Volume } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import WorkingIcon from '@material-ui/icons/Autorenew';
import OkIcon from '@material-ui/icons/CheckCircle';
import DeletingIcon from '@material-ui/icons/DeleteOutline';
import ErrorIcon from '@material-ui/icons/Error';
import UnknownIcon from '@material-ui/icons/HelpOutline';
import WaitingIcon from '@material-ui/icons/HourglassEmpty';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
    },
  }),
  { name: 'TenantStorageVolumeState' },
);

/** A volume's state: a shape, a colour and a word. */
export function VolumeState({ state }: { state: Volume['state'] }) {
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { Icon, color } = {
    ok: { Icon: OkIcon, color: palette.status.ok },
    waiting: { Icon: WaitingIcon, color: palette.textSubtle },
    working: { Icon: WorkingIcon, color: palette.status.running },
    error: { Icon: ErrorIcon, color: palette.status.error },
    deleting: { Icon: DeletingIcon, color: palette.textSubtle },
    unknown: { Icon: UnknownIcon, color: palette.textSubtle },
  }[state];
  return (
    <span className={classes.root}>
      <Icon aria-hidden style={{ color, fontSize: 18, flexShrink: 0 }} />
      {t(`state.${state}`)}
    </span>
  );
}
