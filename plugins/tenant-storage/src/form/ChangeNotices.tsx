import { Link } from '@backstage/core-components';
import { parseEntityRef } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  QuotaChangePreview,
  StorageRequest,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import { reasonOf } from '../api/reason';
import { Notice } from '../panel/Notice';
import { tenantStorageTranslationRef } from '../translation';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { placeText } from './refusalText';

const useStyles = makeStyles(
  theme => ({
    list: {
      listStyle: 'none',
      margin: 0,
      padding: 0,
      display: 'grid',
      gap: theme.spacing(0.75),
    },
    item: {
      display: 'flex',
      gap: theme.spacing(1),
      alignItems: 'flex-start',
      overflowWrap: 'anywhere',
    },
    remedy: { display: 'block' },
  }),
  { name: 'TenantStorageChangeNotices' },
);

/** What is to be known of a change, one line each. */
export function ChangeWarnings(props: {
  warnings: QuotaChangePreview['warnings'];
}) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <ul className={classes.list} aria-label={t('form.warnings')}>
      {props.warnings.map(({ code, message }) => (
        <li key={`${code} ${message}`} className={classes.item}>
          <SeverityIcon severity="warning" />
          <span>
            {t('severity.warning')}: {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Why a change can't be made, with what to do, one line each. */
export function ChangeRefusals(props: {
  refusals: QuotaChangePreview['refusals'];
}) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <ul className={classes.list} aria-label={t('form.refusals')}>
      {props.refusals.map(refusal => {
        const { code, message, remedy } = refusal;
        const place = placeText(refusal, t);
        return (
          <li key={`${code} ${message}`} className={classes.item}>
            <SeverityIcon severity="error" />
            <span>
              {message} <span className={classes.remedy}>{remedy}</span>
              {place && <span className={classes.remedy}>{place}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function nameOf(entityRef: string): string {
  try {
    return parseEntityRef(entityRef, { defaultKind: 'user' }).name;
  } catch {
    return entityRef;
  }
}

/** In these states a request is not in Git yet: a new wish is the same request. */
export const REPLACEABLE: StorageRequest['state'][] = [
  'preparing',
  'opened',
  'changesRequested',
  'approved',
];

/** Says that something was asked for already, and what a new wish does to it. */
export function OpenRequestNotice(props: {
  request: StorageRequest;
  /** The size that is asked for now, in bytes, if it is one. */
  sizeBytes: string | null;
}) {
  const { request } = props;
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const size =
    request.sizeBytes === null
      ? request.title
      : formatBytes(BigInt(request.sizeBytes));
  const requester = nameOf(request.requester);
  let what: 'openSame' | 'openReplaced' | 'openOnItsWay' = 'openOnItsWay';
  if (REPLACEABLE.includes(request.state)) {
    what = request.sizeBytes === props.sizeBytes ? 'openSame' : 'openReplaced';
  }
  return (
    <Notice
      tone="info"
      title={t('form.openTitle', { size })}
      action={
        request.pullRequest && (
          <Link to={request.pullRequest.url}>{t('form.openLink')}</Link>
        )
      }
    >
      {t(`form.${what}`, { requester })}
    </Notice>
  );
}

/** Says that the repository can't be read, so that what would change can't be shown. */
export function UnreadNotice(props: { problem: string; onRetry(): void }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Notice
      tone="warning"
      title={t('form.preview.unreadTitle')}
      action={
        <Button size="small" onClick={props.onRetry}>
          {t('retry')}
        </Button>
      }
    >
      {props.problem} {t('form.preview.checkedAgain')}
    </Notice>
  );
}

/** Says that a wish could not be previewed, and that nothing is lost. */
export function NoPreviewNotice(props: {
  error: Error;
  loading: boolean;
  onRetry(): void;
}) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <Notice
      tone="error"
      title={t('form.failedTitle')}
      action={
        <Button size="small" disabled={props.loading} onClick={props.onRetry}>
          {t('retry')}
        </Button>
      }
    >
      {t('form.failed', { message: reasonOf(props.error) })}
    </Notice>
  );
}
