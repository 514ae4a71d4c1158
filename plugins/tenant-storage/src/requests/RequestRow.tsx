import { Link } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import TableCell from '@material-ui/core/TableCell';
import TableRow from '@material-ui/core/TableRow';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import LiveIcon from '@material-ui/icons/CheckCircle';
import WithdrawnIcon from '@material-ui/icons/Cancel';
import ApprovedIcon from '@material-ui/icons/ThumbUp';
import WaitingIcon from '@material-ui/icons/HourglassEmpty';
import SentIcon from '@material-ui/icons/Send';
import StuckIcon from '@material-ui/icons/Error';
import AppliedIcon from '@material-ui/icons/Sync';
import ChangesIcon from '@material-ui/icons/Warning';
import { AgeOf } from '../time/Time';
import { tenantStorageTranslationRef } from '../translation';
import { OpenGates } from './OpenGates';
import { Reason } from './Reason';
import { RequestHistory } from './RequestHistory';
import { useRequestText } from './useRequestText';

/** The looks of the columns, shared by head and rows. A narrow page has the age and the tenant's under cluster within other cells. */
export const useRequestColumnStyles = makeStyles(
  theme => ({
    cell: {
      padding: theme.spacing(1, 1.5),
      verticalAlign: 'top',
      lineHeight: 1.4,
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(0.75) },
    },
    nowrap: { whiteSpace: 'nowrap' },
    // The tables of the page stand under one another, so that their columns do too.
    table: { tableLayout: 'fixed' },
    tenant: { width: '17%', overflowWrap: 'anywhere' },
    change: {
      width: '15%',
      whiteSpace: 'nowrap',
      // Two long sizes would run into what stands beside them.
      [theme.breakpoints.down('sm')]: { width: '19%', whiteSpace: 'normal' },
    },
    title: { overflowWrap: 'anywhere' },
    who: {
      width: '31%',
      overflowWrap: 'anywhere',
      [theme.breakpoints.down('sm')]: { width: '27%' },
    },
    state: { overflowWrap: 'anywhere' },
    since: { width: 90 },
    link: { width: 90, [theme.breakpoints.down('sm')]: { width: 64 } },
    wide: { [theme.breakpoints.down('sm')]: { display: 'none' } },
    narrow: { [theme.breakpoints.up('md')]: { display: 'none' } },
  }),
  { name: 'TenantStorageRequestColumns' },
);

const useStyles = makeStyles(
  theme => ({
    tenant: { fontWeight: 700 },
    quiet: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
    },
    state: {
      display: 'flex',
      alignItems: 'flex-start',
      gap: theme.spacing(0.75),
    },
    stateWords: {
      display: 'inline-block',
      '&::first-letter': { textTransform: 'uppercase' },
    },
    message: { whiteSpace: 'pre-line' },
    failed: { fontWeight: 700 },
    platform: {
      display: 'grid',
      gap: theme.spacing(0.75),
      margin: theme.spacing(0.75, 0, 0.5),
    },
  }),
  { name: 'TenantStorageRequestRow' },
);

/** The states that are somebody's word. */
const IS_SOMEBODYS: Partial<Record<StorageRequest['state'], true>> = {
  changesRequested: true,
  approved: true,
  withdrawn: true,
};

function StateIcon({ state }: Pick<StorageRequest, 'state'>) {
  const { palette } = useTheme();
  const { Icon, color } = {
    preparing: { Icon: SentIcon, color: palette.textSubtle },
    opened: { Icon: WaitingIcon, color: palette.primary.main },
    changesRequested: { Icon: ChangesIcon, color: palette.status.warning },
    approved: { Icon: ApprovedIcon, color: palette.primary.main },
    merged: { Icon: AppliedIcon, color: palette.primary.main },
    applied: { Icon: AppliedIcon, color: palette.primary.main },
    live: { Icon: LiveIcon, color: palette.status.ok },
    stuck: { Icon: StuckIcon, color: palette.status.error },
    withdrawn: { Icon: WithdrawnIcon, color: palette.textSubtle },
  }[state];
  return <Icon aria-hidden style={{ color, fontSize: 18, flexShrink: 0 }} />;
}

/** A request in a table across tenants. */
export function RequestRow(props: { request: StorageRequest; now: number }) {
  const { request, now } = props;
  const classes = useStyles();
  const columns = useRequestColumnStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const text = useRequestText();
  const failedGates = (request.gates ?? []).filter(
    ({ state }) => state === 'failed',
  );
  const number = request.pullRequest && `#${request.pullRequest.number}`;
  return (
    <TableRow hover>
      <TableCell
        component="th"
        scope="row"
        // Material UI makes a plain cell of it otherwise.
        role="rowheader"
        className={`${columns.cell} ${columns.tenant}`}
      >
        <div className={classes.tenant}>
          {request.tenant ?? t('requestsPage.platform')}
        </div>
        <div className={classes.quiet}>
          {t('requestsPage.onUnderCluster', {
            underCluster: request.underCluster,
          })}
        </div>
      </TableCell>
      <TableCell
        className={`${columns.cell} ${
          request.tenant === null ? columns.title : columns.change
        }`}
      >
        {text.change(request)}
      </TableCell>
      <TableCell className={`${columns.cell} ${columns.who}`}>
        <div>{text.requester(request)}</div>
        <Reason text={request.reason} />
      </TableCell>
      <TableCell className={`${columns.cell} ${columns.state}`}>
        <div className={classes.state}>
          <StateIcon state={request.state} />
          <span className={classes.stateWords}>
            {text.state(request)}
            {request.by &&
              IS_SOMEBODYS[request.state] &&
              !request.message?.startsWith(request.by) &&
              ` ${t('requestsPage.by', { who: request.by })}`}
          </span>
        </div>
        {request.message && (
          <div className={`${classes.quiet} ${classes.message}`}>
            <Reason text={request.message} />
          </div>
        )}
        {request.open && request.tenant !== null && failedGates.length > 0 && (
          <div
            className={classes.failed}
            title={failedGates.map(({ title }) => title).join('. ')}
          >
            {t('requestsPage.gatesFailed', { count: failedGates.length })}
          </div>
        )}
        {request.tenant === null && (
          <div className={classes.platform}>
            <OpenGates gates={request.open ? request.gates : null} />
            <RequestHistory history={request.history} now={now} />
          </div>
        )}
        <div className={`${classes.quiet} ${columns.narrow}`}>
          <AgeOf time={request.since} now={now} />
        </div>
      </TableCell>
      <TableCell
        className={`${columns.cell} ${columns.wide} ${columns.nowrap}`}
      >
        <AgeOf time={request.since} now={now} />
      </TableCell>
      <TableCell className={`${columns.cell} ${columns.nowrap}`}>
        {request.pullRequest && (
          <Link
            to={request.pullRequest.url}
            // Begins with what is seen, for who tells a machine by voice what to open.
            aria-label={`${number}: ${t('requestsPage.see')} ${t(
              'requestsPage.seeOne',
              { tenant: request.tenant ?? request.underCluster },
            )}`}
          >
            {number}
          </Link>
        )}
      </TableCell>
    </TableRow>
  );
}
