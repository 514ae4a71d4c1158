import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { reasonOf } from '../api/reason';
import { FreshnessLine } from '../freshness/FreshnessLine';
import { FreshnessNotices } from '../freshness/FreshnessNotices';
import { useNow } from '../live/useNow';
import { useTenant, useTenantRequests } from '../live/useTenant';
import { Notice } from '../panel/Notice';
import { useUsageText } from '../quota/useUsageText';
import { AskingForMoreProvider } from '../requests/AskingForMore';
import { RequestMore } from '../requests/RequestMore';
import { RequestsPanel } from '../requests/RequestsPanel';
import { StorageBackend } from '../storageClass/StorageBackend';
import {
  HiddenConsumers,
  noHiddenConsumers,
} from '../tenantClusters/HiddenConsumers';
import { TenantClusters } from '../tenantClusters/TenantClusters';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';
import { healthOf } from '../trouble/health';
import { Troubles } from '../trouble/Troubles';
import { Volumes } from '../volumes/Volumes';
import { Headline } from './Headline';
import { headroomFigure } from './headroomText';
import { useHealthText } from './HealthLine';
import { TenantFailed, TenantNotFound } from './TenantRefused';
import { TenantSkeleton } from './TenantSkeleton';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr)',
      gap: theme.spacing(2),
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.5,
    },
    top: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      justifyContent: 'space-between',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(1),
      minHeight: 30,
    },
    asideOfTop: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(0.5),
    },
    title: {
      fontSize: theme.typography.pxToRem(18),
      fontWeight: 700,
      margin: 0,
    },
    pair: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 1fr)',
      gap: theme.spacing(2),
      [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    },
    hiddenText: {
      position: 'absolute',
      clip: 'rect(0 0 0 0)',
      overflow: 'hidden',
      width: 1,
      height: 1,
    },
  }),
  { name: 'TenantStorage' },
);

/** Tells those who don't see the page when what matters on it changes. */
function Announcement({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const usage = useUsageText();
  const health = useHealthText();
  const left = headroomFigure(tenant.headroom);
  return (
    <div role="status" aria-live="polite" className={classes.hiddenText}>
      {t('announcement', {
        left: `${t('headline.left')}: ${
          left.kind === 'size' ? left.text : t(`headline.${left.kind}`)
        }`,
        used: `${t('headline.used')}: ${usage(tenant)}`,
        health: health(healthOf(tenant)),
      })}
    </div>
  );
}

/** What there is of a tenant's storage, what is left, and whether it works. */
export interface TenantStorageProps {
  underCluster: string;
  /** The tenant's namespace in the under cluster. */
  tenant: string;
}

/** What the notice of an answer's freshness says already, in the troubles' list: once is enough. */
const SAID_BY_NOTICE: Record<string, Tenant['freshness']['state'] | undefined> =
  { stale: 'stale', notReadYet: 'syncing', notVisible: 'partial' };

function LiveTenantStorage({ underCluster, tenant: name }: TenantStorageProps) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const now = useNow();
  const { moment } = useTimeText(now);
  const requests = useTenantRequests(underCluster, name);
  const {
    value: tenant,
    error,
    loading,
    loadedAt,
    refresh,
  } = useTenant(underCluster, name);

  if (!tenant) {
    if (!error) return <TenantSkeleton tenant={name} />;
    return (error as { statusCode?: number }).statusCode === 404 ? (
      <TenantNotFound underCluster={underCluster} tenant={name} />
    ) : (
      <TenantFailed
        tenant={name}
        error={error}
        retrying={loading}
        onRetry={refresh}
      />
    );
  }
  const troubles = tenant.troubles.filter(
    ({ code }) => SAID_BY_NOTICE[code] !== tenant.freshness.state,
  );
  return (
    <AskingForMoreProvider tenant={tenant} requests={requests.value?.items}>
      <div className={classes.root}>
        <div className={classes.top}>
          <Typography component="h2" className={classes.title}>
            {t('title', {
              tenant: tenant.name,
              underCluster: tenant.underClusterTitle,
            })}
          </Typography>
          <div className={classes.asideOfTop}>
            <RequestMore />
            <FreshnessLine freshness={tenant.freshness} now={now} />
          </div>
        </div>
        <Announcement tenant={tenant} />
        {error && loadedAt !== undefined && (
          <Notice
            tone="warning"
            title={t('notRefreshed.title')}
            action={
              <Button size="small" disabled={loading} onClick={refresh}>
                {t('retry')}
              </Button>
            }
          >
            {t('notRefreshed.text', {
              time: moment(loadedAt),
              message: reasonOf(error),
            })}
          </Notice>
        )}
        <FreshnessNotices
          freshness={tenant.freshness}
          errors={tenant.errors}
          now={now}
        />
        <Headline tenant={tenant} />
        <RequestsPanel answer={requests} now={now} />
        <Troubles troubles={troubles} now={now} />
        {noHiddenConsumers(tenant) ? (
          <TenantClusters tenant={tenant} />
        ) : (
          <div className={classes.pair}>
            <TenantClusters tenant={tenant} />
            <HiddenConsumers tenant={tenant} />
          </div>
        )}
        <Volumes
          underCluster={underCluster}
          tenant={name}
          tenantClusters={tenant.tenantClusters.flatMap(cluster =>
            cluster.name === null ? [] : [cluster.name],
          )}
          tenantClass={tenant.storageClass.name}
          now={now}
        />
        <StorageBackend tenant={tenant} />
      </div>
    </AskingForMoreProvider>
  );
}

/** The whole tab. Another tenant starts anew, so that nothing of the last one is ever shown under its name. */
export function TenantStorage(props: TenantStorageProps) {
  return (
    <LiveTenantStorage
      key={`${props.underCluster}/${props.tenant}`}
      {...props}
    />
  );
}
