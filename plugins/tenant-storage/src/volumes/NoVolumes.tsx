import { useTranslationRef } from '@backstage/frontend-plugin-api';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { ReactNode } from 'react';
import { CopyButton } from '../clipboard/CopyButton';
import { tenantStorageTranslationRef } from '../translation';

// A tenant cluster has one class, which its CSI driver brings: kubevirt.
const EXAMPLE = `kubectl apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: my-first-volume
spec:
  storageClassName: kubevirt
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
EOF`;

const useStyles = makeStyles(
  theme => ({
    root: { padding: theme.spacing(3, 2, 3), maxWidth: 720 },
    title: { fontWeight: 700 },
    code: {
      display: 'flex',
      alignItems: 'flex-start',
      background: theme.palette.action.hover,
      borderRadius: theme.shape.borderRadius,
      padding: theme.spacing(1, 1, 1, 1.5),
      margin: theme.spacing(1.5, 0),
      '& pre': {
        margin: 0,
        flexGrow: 1,
        overflowX: 'auto',
        fontSize: theme.typography.pxToRem(12),
      },
    },
  }),
  { name: 'TenantStorageNoVolumes' },
);

/** In place of the table's rows. */
export function NoRows(props: { title: string; children?: ReactNode }) {
  const classes = useStyles();
  return (
    <div className={classes.root}>
      <Typography component="p" className={classes.title}>
        {props.title}
      </Typography>
      {props.children}
    </div>
  );
}

/** What to do where there is no volume yet. */
export function NoVolumesYet() {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <NoRows title={t('volumes.emptyTitle')}>
      <Typography variant="body2">{t('volumes.empty')}</Typography>
      <div className={classes.code}>
        <pre>{EXAMPLE}</pre>
        <CopyButton text={EXAMPLE} what={t('volumes.copyManifest')} />
      </div>
      <Typography variant="body2" color="textSecondary">
        {t('volumes.emptyNote')}
      </Typography>
    </NoRows>
  );
}
