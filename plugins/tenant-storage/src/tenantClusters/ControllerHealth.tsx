import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { CsiController } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import OkIcon from '@material-ui/icons/CheckCircle';
import UnknownIcon from '@material-ui/icons/HelpOutline';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    line: {
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
    },
    containers: {
      listStyle: 'none',
      margin: 0,
      padding: theme.spacing(0, 0, 0, 3),
      fontSize: theme.typography.pxToRem(12),
      overflowWrap: 'anywhere',
    },
    quiet: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageController' },
);

/** Whether a tenant cluster's storage controller works, and the containers that don't. */
export function ControllerHealth({
  controller,
}: {
  controller: CsiController;
}) {
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const icon = {
    ready: (
      <OkIcon aria-hidden style={{ color: palette.status.ok, fontSize: 18 }} />
    ),
    degraded: <SeverityIcon severity="warning" size={18} />,
    down: <SeverityIcon severity="error" size={18} />,
    missing: <SeverityIcon severity="error" size={18} />,
    unknown: (
      <UnknownIcon
        aria-hidden
        style={{ color: palette.textSubtle, fontSize: 18 }}
      />
    ),
  }[controller.state];
  return (
    <>
      <span className={classes.line}>
        {icon}
        <span>
          {t(`tenantClusters.${controller.state}`)}
          {controller.ready !== null && controller.desired !== null && (
            <span className={classes.quiet}>
              {', '}
              {t('tenantClusters.replicas', {
                ready: String(controller.ready),
                desired: String(controller.desired),
              })}
            </span>
          )}
        </span>
      </span>
      {controller.containers.length > 0 && (
        <ul className={classes.containers}>
          {controller.containers.map(container => (
            <li
              key={`${container.pod}/${container.container}`}
              title={container.pod}
            >
              {t('tenantClusters.container', {
                container: container.container,
                reason: container.reason ?? t('tenantClusters.noReason'),
              })}
              {container.restarts > 0 &&
                `, ${t('tenantClusters.restarts', {
                  count: container.restarts,
                })}`}
              {container.message && (
                <div className={classes.quiet}>{container.message}</div>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
