import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import OkIcon from '@material-ui/icons/CheckCircle';
import UnknownIcon from '@material-ui/icons/HelpOutline';
import { Health } from '../trouble/health';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
    },
  }),
  { name: 'TenantStorageHealthLine' },
);

/** Health in a few words. */
export function useHealthText() {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return ({ state, errors, warnings }: Health): string => {
    const parts = [
      errors > 0 && t('headline.errors', { count: errors }),
      warnings > 0 && t('headline.warnings', { count: warnings }),
    ].filter(Boolean);
    if (parts.length > 0) return parts.join(', ');
    if (state === 'ok') return t('headline.works');
    if (state === 'unknown') return t('headline.cantTell');
    return t('headline.notAllKnown');
  };
}

/** Health with its icon. */
export function HealthLine({ health }: { health: Health }) {
  const classes = useStyles();
  const { palette } = useTheme();
  const text = useHealthText();
  let icon = (
    <UnknownIcon
      aria-hidden
      style={{ color: palette.textSubtle, fontSize: 22 }}
    />
  );
  if (health.errors > 0 || health.state === 'error') {
    icon = <SeverityIcon severity="error" size={22} />;
  } else if (health.warnings > 0 || health.state === 'warning') {
    icon = <SeverityIcon severity="warning" size={22} />;
  } else if (health.state === 'ok') {
    icon = (
      <OkIcon aria-hidden style={{ color: palette.status.ok, fontSize: 22 }} />
    );
  }
  return (
    <span className={classes.root}>
      {icon}
      <span>{text(health)}</span>
    </span>
  );
}
