import { Link } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import { reasonOf } from '../api/reason';
import { LiveAnswer } from '../live/useLiveAnswer';
import { Notice } from '../panel/Notice';
import { Panel } from '../panel/Panel';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';
import { useAskingForMore } from './AskingForMore';
import { GitHostNotices } from './GitHostNotices';
import { OpenGates } from './OpenGates';
import { Reason } from './Reason';
import { canChange, splitRequests } from './requestProgress';
import { RequestSteps } from './RequestSteps';
import { useRequestText } from './useRequestText';

const useStyles = makeStyles(
  theme => ({
    list: { display: 'grid', gap: theme.spacing(2.5) },
    request: { display: 'grid', gap: theme.spacing(1.5), minWidth: 0 },
    head: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'baseline',
      columnGap: theme.spacing(1.5),
    },
    change: { fontSize: theme.typography.pxToRem(16), fontWeight: 700 },
    who: { color: theme.palette.textSubtle },
    link: { marginLeft: 'auto' },
    next: { maxWidth: '90ch' },
    said: {
      margin: theme.spacing(0.5, 0, 0.5),
      padding: theme.spacing(0.5, 0, 0.5, 1.5),
      borderLeft: `3px solid ${theme.palette.status.warning}`,
      whiteSpace: 'pre-line',
      overflowWrap: 'anywhere',
    },
    past: {
      marginTop: theme.spacing(2),
      '&:first-child': { marginTop: 0 },
      '& summary': {
        cursor: 'pointer',
        width: 'fit-content',
        color: theme.palette.textSubtle,
      },
      '& ul': { listStyle: 'none', margin: 0, padding: 0 },
      '& li': {
        display: 'flex',
        flexWrap: 'wrap',
        columnGap: theme.spacing(1.5),
        padding: theme.spacing(0.75, 0),
        borderTop: `1px solid ${theme.palette.divider}`,
        '&:first-child': { borderTop: 'none' },
      },
    },
    pastChange: { fontWeight: 700, minWidth: 120 },
    quiet: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageRequestsPanel' },
);

/** A request that is on its way, or has just arrived. */
function CurrentRequest(props: { request: StorageRequest; now: number }) {
  const { request } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);
  const text = useRequestText();
  const asking = useAskingForMore();
  return (
    <article className={classes.request} aria-label={text.change(request)}>
      <div className={classes.head}>
        <span className={classes.change}>{text.change(request)}</span>
        <span className={classes.who}>
          {t('requests.askedBy', {
            who: text.requester(request),
            time: moment(request.createdAt),
          })}
        </span>
        {request.pullRequest && (
          <Link to={request.pullRequest.url} className={classes.link}>
            {t('requests.see')}
          </Link>
        )}
      </div>
      {request.reason && (
        <div>
          <Reason text={request.reason} />
        </div>
      )}
      <RequestSteps request={request} now={props.now} />
      <div className={classes.next} role="status">
        {request.message && (
          <>
            {/* Of every other state the portal says it, also where somebody is the cause. */}
            {request.by && request.state === 'changesRequested' && (
              <div>{t('requests.says', { who: request.by })}</div>
            )}
            <div className={classes.said}>{request.message}</div>
          </>
        )}
        <div>
          {t(`requestNext.${request.state}`)}{' '}
          {asking &&
            request.state === 'changesRequested' &&
            canChange(request) && (
              <Link
                to={asking.formFor({
                  size: request.size ?? undefined,
                  reason: request.reason,
                })}
              >
                {t('requestMore.change')}
              </Link>
            )}
        </div>
      </div>
      <OpenGates gates={request.open ? request.gates : null} />
    </article>
  );
}

function PastRequest(props: { request: StorageRequest; now: number }) {
  const { request } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);
  const text = useRequestText();
  return (
    <li>
      <span className={classes.pastChange}>{text.change(request)}</span>
      <span>
        {t('requests.ended', {
          state: text.state(request),
          time: moment(request.since),
        })}
      </span>
      <span className={classes.quiet}>
        {t('requests.askedBy', {
          who: text.requester(request),
          time: moment(request.createdAt),
        })}
      </span>
      {request.message && (
        <span className={classes.quiet}>{request.message}</span>
      )}
      {request.pullRequest && (
        <Link to={request.pullRequest.url}>{t('requests.see')}</Link>
      )}
    </li>
  );
}

/** What was asked for, and how far it is. Nothing at all if nothing ever was. */
export function RequestsPanel(props: {
  answer: LiveAnswer<StorageRequestList>;
  now: number;
}) {
  const { answer, now } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(now);
  const list = answer.value;
  if (!list) {
    return answer.error ? (
      <Notice
        tone="warning"
        title={t('requests.failed')}
        action={
          <Button
            size="small"
            disabled={answer.loading}
            onClick={answer.refresh}
          >
            {t('retry')}
          </Button>
        }
      >
        {reasonOf(answer.error)}
      </Notice>
    ) : null;
  }
  if (list.items.length === 0) return null;
  const { current, past } = splitRequests(list.items, now);
  const isOpen = current.some(({ open }) => open);
  return (
    <Panel title={t('requests.title')}>
      <div className={classes.list}>
        {isOpen && answer.error && answer.loadedAt !== undefined && (
          <Notice tone="warning" title={t('notRefreshed.title')}>
            {t('notRefreshed.text', {
              time: moment(answer.loadedAt),
              message: reasonOf(answer.error),
            })}
          </Notice>
        )}
        {isOpen && <GitHostNotices errors={list.errors} now={now} />}
        {current.map(request => (
          <CurrentRequest key={request.id} request={request} now={now} />
        ))}
      </div>
      {past.length > 0 && (
        <details className={classes.past}>
          <summary>
            {t('requests.past', { count: list.total - current.length })}
          </summary>
          {list.nextCursor && (
            <div className={classes.quiet}>
              {t('requests.pastLatest', { count: past.length })}
            </div>
          )}
          <ul>
            {past.map(request => (
              <PastRequest key={request.id} request={request} now={now} />
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
