import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import ErrorIcon from '@material-ui/icons/Error';
import NotFoundIcon from '@material-ui/icons/SearchOutlined';
import { ReactNode } from 'react';
import { reasonOf } from '../api/reason';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      gap: theme.spacing(2),
      padding: theme.spacing(4, 3),
    },
    body: { maxWidth: 680, overflowWrap: 'anywhere', lineHeight: 1.6 },
    title: {
      fontSize: theme.typography.pxToRem(18),
      fontWeight: 700,
      marginBottom: theme.spacing(1),
    },
    said: {
      fontFamily: 'monospace',
      fontSize: theme.typography.pxToRem(12),
      color: theme.palette.textSubtle,
    },
  }),
  { name: 'TenantStorageRefused' },
);

function Refused(props: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
}) {
  const classes = useStyles();
  return (
    <Paper role="alert" className={classes.root}>
      {props.icon}
      <div className={classes.body}>
        <Typography component="h3" className={classes.title}>
          {props.title}
        </Typography>
        {props.children}
      </div>
    </Paper>
  );
}

/** In place of a tenant that doesn't exist or may not be read: the backend doesn't say which. */
export function TenantNotFound(props: {
  underCluster: string;
  tenant: string;
}) {
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Refused
      icon={
        <NotFoundIcon
          aria-hidden
          style={{ color: palette.textSubtle, fontSize: 32 }}
        />
      }
      title={t('notFound.title')}
    >
      <Typography paragraph>{t('notFound.text', props)}</Typography>
      <ul>
        <li>{t('notFound.owners')}</li>
        <li>
          {t('notFound.typo', {
            underClusterAnnotation: UNDER_CLUSTER_ANNOTATION,
            tenantAnnotation: TENANT_ANNOTATION,
          })}
        </li>
        <li>{t('notFound.early')}</li>
      </ul>
    </Refused>
  );
}

/** In place of a tenant that could not be asked for. */
export function TenantFailed(props: {
  tenant: string;
  error: Error;
  retrying: boolean;
  onRetry(): void;
}) {
  const classes = useStyles();
  const { palette } = useTheme();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Refused
      icon={
        <ErrorIcon
          aria-hidden
          style={{ color: palette.status.error, fontSize: 32 }}
        />
      }
      title={t('failed.title', { tenant: props.tenant })}
    >
      <Typography paragraph>{t('failed.text')}</Typography>
      <Typography paragraph className={classes.said}>
        {t('failed.details', { message: reasonOf(props.error) })}
      </Typography>
      <Button
        variant="outlined"
        color="primary"
        disabled={props.retrying}
        onClick={props.onRetry}
      >
        {t('retry')}
      </Button>
    </Refused>
  );
}
