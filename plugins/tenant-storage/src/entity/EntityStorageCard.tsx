import { InfoCard } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import {
  TENANT_ANNOTATION,
  Tenant,
  Trouble,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import Skeleton from '@material-ui/lab/Skeleton';
import { ReactNode } from 'react';
import { reasonOf } from '../api/reason';
import { FreshnessLine } from '../freshness/FreshnessLine';
import { useNow } from '../live/useNow';
import { useTenant, useTenantRequests } from '../live/useTenant';
import { limitFullness, tightestLimit } from '../quota/limits';
import { TightestLimit } from '../quota/TightestLimit';
import { useLimitText } from '../quota/useLimitText';
import { useUsageText } from '../quota/useUsageText';
import { AskingForMoreProvider } from '../requests/AskingForMore';
import { RequestRemedy, isRemediedByMore } from '../requests/RequestMore';
import { ExactTooltip, Size } from '../size/Size';
import { HealthLine } from '../tenant/HealthLine';
import { headroomFigure } from '../tenant/headroomText';
import { tenantStorageTranslationRef } from '../translation';
import { healthOf } from '../trouble/health';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { tenantOfEntity } from './tenantOfEntity';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gap: theme.spacing(1.5),
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.5,
    },
    figures: {
      margin: 0,
      display: 'flex',
      flexWrap: 'wrap',
      columnGap: theme.spacing(4),
      rowGap: theme.spacing(1),
      '& dt': {
        fontSize: theme.typography.pxToRem(13),
        color: theme.palette.textSubtle,
      },
      '& dd': {
        margin: 0,
        fontSize: theme.typography.pxToRem(18),
        fontWeight: 700,
      },
    },
    trouble: {
      display: 'flex',
      gap: theme.spacing(1),
      alignItems: 'flex-start',
      overflowWrap: 'anywhere',
    },
    remedy: { marginLeft: 20 + theme.spacing(1) },
    more: {
      color: theme.palette.textSubtle,
      marginLeft: 20 + theme.spacing(1),
    },
    word: { fontWeight: 400 },
  }),
  { name: 'TenantStorageCard' },
);

function Card(props: {
  aside?: ReactNode;
  tabPath?: string;
  children: ReactNode;
}) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <InfoCard
      title={t('card.title')}
      action={props.aside}
      deepLink={
        props.tabPath
          ? { link: props.tabPath, title: t('card.open') }
          : undefined
      }
    >
      {props.children}
    </InfoCard>
  );
}

/** Asks for the tenant's requests, which nothing else on the card needs. */
function CardRemedy(props: { tenant: Tenant; trouble: Trouble }) {
  const { tenant, trouble } = props;
  const classes = useStyles();
  const requests = useTenantRequests(tenant.underCluster, tenant.name);
  return (
    <AskingForMoreProvider tenant={tenant} requests={requests.value?.items}>
      <div className={classes.remedy}>
        <RequestRemedy trouble={trouble} />
      </div>
    </AskingForMoreProvider>
  );
}

function TenantCard(props: {
  underCluster: string;
  tenant: string;
  tabPath?: string;
}) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const now = useNow();
  const usage = useUsageText();
  const limitText = useLimitText();
  const {
    value: tenant,
    error,
    loading,
    refresh,
  } = useTenant(props.underCluster, props.tenant);

  if (!tenant) {
    if (!error) {
      return (
        <Card>
          <div
            role="progressbar"
            aria-label={t('loading', { tenant: props.tenant })}
            className={classes.root}
          >
            <Skeleton height={48} width="60%" />
            <Skeleton variant="rect" height={20} />
            <Skeleton height={24} width="50%" />
          </div>
        </Card>
      );
    }
    return (
      <Card>
        {(error as { statusCode?: number }).statusCode === 404 ? (
          <>
            <Typography variant="subtitle2">
              {t('card.notFoundTitle')}
            </Typography>
            <Typography variant="body2">
              {t('card.notFound', { tenant: props.tenant })}
            </Typography>
          </>
        ) : (
          <>
            <Typography variant="body2" paragraph role="alert">
              {t('card.failed')} {reasonOf(error)}
            </Typography>
            <Button
              size="small"
              variant="outlined"
              disabled={loading}
              onClick={refresh}
            >
              {t('retry')}
            </Button>
          </>
        )}
      </Card>
    );
  }

  const left = headroomFigure(tenant.headroom);
  const limit =
    tenant.quotaState === 'limited' ? tightestLimit(tenant) : undefined;
  const full = limit && limitFullness(limit, tenant);
  const relevant = tenant.troubles.filter(
    ({ severity }) => severity !== 'info',
  );
  const [worst] = relevant;
  return (
    <Card
      tabPath={props.tabPath}
      aside={<FreshnessLine freshness={tenant.freshness} now={now} />}
    >
      <div className={classes.root}>
        <dl className={classes.figures}>
          <div>
            <dt>{t('card.left')}</dt>
            <dd>
              {left.kind === 'size' ? (
                <Size focusable bytes={left.bytes} />
              ) : (
                t(`headline.${left.kind}`)
              )}
            </dd>
          </div>
          <div>
            <dt>{t('card.used')}</dt>
            <dd>
              <ExactTooltip
                focusable
                exact={limit ? limitText.exact(limit) : usage(tenant)}
              >
                {usage(tenant)}
              </ExactTooltip>
              {full && (
                <span className={classes.word}>, {t(`quota.${full}`)}</span>
              )}
            </dd>
          </div>
        </dl>
        <TightestLimit compact tenant={tenant} />
        {worst ? (
          <div>
            <div className={classes.trouble}>
              <SeverityIcon severity={worst.severity} />
              <span>
                {t(`severity.${worst.severity}`)}:{' '}
                <strong>{worst.title}</strong>
              </span>
            </div>
            {isRemediedByMore(worst) && tenant.canRequest && (
              <CardRemedy tenant={tenant} trouble={worst} />
            )}
            {relevant.length > 1 && (
              <div className={classes.more}>
                {t('card.moreTroubles', { count: relevant.length - 1 })}
              </div>
            )}
          </div>
        ) : (
          <HealthLine health={healthOf(tenant)} />
        )}
      </div>
    </Card>
  );
}

/**
 * The overview card: what is used and left of the tenant's storage, and the worst trouble.
 *
 * @param props - `tabPath`: where the Storage tab is, if there is one
 */
export function EntityStorageCard(props: { tabPath?: string }) {
  const { entity } = useEntity();
  const tenant = tenantOfEntity(entity);
  return tenant ? (
    <TenantCard
      key={`${tenant.underCluster}/${tenant.tenant}`}
      {...tenant}
      tabPath={props.tabPath}
    />
  ) : (
    <MissingAnnotationEmptyState
      annotation={[UNDER_CLUSTER_ANNOTATION, TENANT_ANNOTATION]}
    />
  );
}
