import { Link, LinkButton } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  StorageRequest,
  Trouble,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { proposedSize } from '../size/proposedSize';
import { tenantStorageTranslationRef } from '../translation';
import { useAskingForMore } from './AskingForMore';
import { canChange } from './requestProgress';
import { useRequestText } from './useRequestText';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      columnGap: theme.spacing(1.5),
      rowGap: theme.spacing(0.5),
    },
    open: { fontSize: theme.typography.pxToRem(13) },
    button: { textTransform: 'none', whiteSpace: 'nowrap' },
    remedy: { fontWeight: 700 },
  }),
  { name: 'TenantStorageRequestMore' },
);

/** What a request asks for, in words. */
function sizeOf({ sizeBytes, title }: StorageRequest): string {
  return sizeBytes === null ? title : formatBytes(BigInt(sizeBytes));
}

/** The way to the form; what is asked for already, if something is. Nothing for who may not ask. */
export function RequestMore() {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const text = useRequestText();
  const asking = useAskingForMore();
  if (!asking) return null;
  const { openRequest } = asking;
  // What is merged already is past changing: another wish is another request.
  const changeable =
    openRequest && canChange(openRequest) ? openRequest : undefined;
  const words =
    openRequest &&
    t('requestMore.open', {
      size: sizeOf(openRequest),
      state: text.state(openRequest),
    });
  return (
    <div className={classes.root}>
      {openRequest && (
        <span className={classes.open}>
          {openRequest.pullRequest ? (
            <Link to={openRequest.pullRequest.url}>{words}</Link>
          ) : (
            words
          )}
        </span>
      )}
      <LinkButton
        size="small"
        color="primary"
        variant={openRequest ? 'outlined' : 'contained'}
        className={classes.button}
        to={asking.formFor(
          changeable && {
            size: changeable.size ?? undefined,
            reason: changeable.reason,
          },
        )}
      >
        {t(changeable ? 'requestMore.change' : 'requestMore.request')}
      </LinkButton>
    </div>
  );
}

/** What a larger quota helps against. */
const HELPS_AGAINST = [
  'quotaExceeded',
  'helperExceedsQuota',
  'overQuota',
  'quotaFull',
  'quotaNearlyFull',
];
const REFUSED = HELPS_AGAINST.slice(0, 2);

/** Whether asking for more is a remedy. */
export function isRemediedByMore({ code }: Pick<Trouble, 'code'>): boolean {
  return HELPS_AGAINST.includes(code);
}

/** At a trouble of the quota: the form, with the size that ends the trouble where it is known. */
export function RequestRemedy(props: { trouble: Trouble }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const text = useRequestText();
  const asking = useAskingForMore();
  if (!asking || !isRemediedByMore(props.trouble)) return null;
  const { openRequest } = asking;
  const isRefused = REFUSED.includes(props.trouble.code);
  if (isRefused && asking.hasRoomByNow) {
    return <div>{t('requestMore.hasRoom')}</div>;
  }
  const unblocking = isRefused ? asking.unblocking : undefined;
  const proposed =
    unblocking === undefined ? undefined : proposedSize(unblocking);
  const asked =
    openRequest?.sizeBytes === null || openRequest === undefined
      ? undefined
      : BigInt(openRequest.sizeBytes);
  const isAskedFor =
    asked !== undefined && (unblocking === undefined || asked >= unblocking);
  if (openRequest && isAskedFor) {
    return (
      <div>
        {openRequest.state === 'stuck'
          ? t('requestMore.askedForStuck', { size: formatBytes(asked) })
          : t('requestMore.askedFor', {
              size: formatBytes(asked),
              state: text.state(openRequest),
            })}
      </div>
    );
  }
  return (
    <div className={classes.remedy}>
      <Link to={asking.formFor(proposed && { size: proposed.quantity })}>
        {proposed
          ? t('requestMore.unblocking', { size: proposed.words })
          : t('requestMore.request')}
      </Link>
    </div>
  );
}
