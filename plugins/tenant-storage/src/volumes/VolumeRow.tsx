import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Freshness,
  Volume,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import IconButton from '@material-ui/core/IconButton';
import TableCell from '@material-ui/core/TableCell';
import TableRow from '@material-ui/core/TableRow';
import { makeStyles } from '@material-ui/core/styles';
import CollapseIcon from '@material-ui/icons/ExpandLess';
import ExpandIcon from '@material-ui/icons/ExpandMore';
import { useId } from 'react';
import { CopyButton } from '../clipboard/CopyButton';
import { isSeen } from '../freshness/seen';
import { Size } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { AgeOf } from '../time/Time';
import { tenantStorageTranslationRef } from '../translation';
import { VolumeDetails } from './VolumeDetails';
import { VolumeState } from './VolumeState';
import { useColumnStyles } from './columns';

const useStyles = makeStyles(
  theme => ({
    open: { '& > *': { borderBottom: 'none' } },
    state: {
      minWidth: 150,
      [theme.breakpoints.down('sm')]: { minWidth: 110 },
    },
    reason: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      paddingLeft: 24,
      lineHeight: 1.35,
    },
    name: {
      fontFamily: 'monospace',
      fontSize: theme.typography.pxToRem(13),
      maxWidth: 170,
      [theme.breakpoints.down('sm')]: { maxWidth: 120 },
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    },
    quiet: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
    },
    nameLine: { display: 'flex', alignItems: 'center', gap: 2 },
    stale: { color: theme.palette.textSubtle, fontStyle: 'italic' },
    details: { background: theme.palette.action.hover, padding: 0 },
  }),
  { name: 'TenantStorageVolumeRow' },
);

/** As much of a uid as it takes to tell it from its neighbours. */
export function shortUid(uid: string): string {
  return uid.length > 8 ? `${uid.slice(0, 8)}…` : uid;
}

/** A volume in the table, and below it its details when asked for. */
export function VolumeRow(props: {
  underCluster: string;
  tenant: string;
  volume: Volume;
  tenantClass: string;
  now: number;
  freshness: Freshness;
  open: boolean;
  onToggle(name: string): void;
}) {
  const { volume, open } = props;
  const classes = useStyles();
  const columns = useColumnStyles();
  const detailsId = useId();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const claim = volume.tenantClaim;
  const shortName = claim ? shortUid(claim.uid) : volume.name;
  const none = (kind: string) =>
    isSeen(props.freshness, kind) ? (
      <span className={classes.quiet}>{t('none')}</span>
    ) : (
      <Unknown />
    );
  const name = (value: string | null | undefined) =>
    value && (
      <span className={columns.name} title={value}>
        {value}
      </span>
    );
  const reason = volume.troubles[0]?.title;

  return (
    <>
      <TableRow hover className={open ? classes.open : undefined}>
        <TableCell className={columns.expand}>
          <IconButton
            size="small"
            aria-expanded={open}
            aria-controls={open ? detailsId : undefined}
            aria-label={t(open ? 'volumes.collapse' : 'volumes.expand', {
              name: volume.name,
            })}
            onClick={() => props.onToggle(volume.name)}
          >
            {open ? (
              <CollapseIcon fontSize="small" />
            ) : (
              <ExpandIcon fontSize="small" />
            )}
          </IconButton>
        </TableCell>
        <TableCell className={`${columns.cell} ${classes.state}`}>
          <VolumeState state={volume.state} />
          {reason && <div className={classes.reason}>{reason}</div>}
        </TableCell>
        <TableCell
          component="th"
          scope="row"
          // Material UI makes a plain cell of it otherwise.
          role="rowheader"
          className={columns.cell}
        >
          <span className={classes.nameLine}>
            <span className={classes.name} title={volume.name}>
              {shortName}
            </span>
            {claim && (
              <CopyButton
                text={claim.command}
                what={t('volumes.copyCommand', { uid: shortName })}
              />
            )}
          </span>
          {volume.purpose !== 'tenantVolume' && (
            <div className={classes.quiet}>
              {t(`purpose.${volume.purpose}`)}
              {volume.belongsTo &&
                `, ${t('volumes.serves', {
                  name: shortUid(volume.belongsTo.replace(/^pvc-/, '')),
                })}`}
            </div>
          )}
          {volume.tenantCluster && (
            <div className={`${classes.quiet} ${columns.narrow}`}>
              {volume.tenantCluster}
            </div>
          )}
        </TableCell>
        <TableCell
          align="right"
          className={`${columns.cell} ${columns.nowrap}`}
        >
          {volume.charged === null && volume.phase === null ? (
            <span className={classes.quiet}>{t('volumes.notCharged')}</span>
          ) : (
            <Size
              bytes={volume.charged}
              also={
                volume.requested === null
                  ? undefined
                  : t('volumes.requested', {
                      size: formatBytes(BigInt(volume.requested)),
                    })
              }
            />
          )}
        </TableCell>
        <TableCell className={`${columns.cell} ${columns.medium}`}>
          {name(volume.tenantCluster) ?? none('DataVolume')}
        </TableCell>
        <TableCell className={`${columns.cell} ${columns.wide}`}>
          {name(volume.node) ?? none('PersistentVolume')}
        </TableCell>
        <TableCell className={`${columns.cell} ${columns.wide}`}>
          {name(volume.attachedTo?.virtualMachine) ??
            none('VirtualMachineInstance')}
        </TableCell>
        <TableCell
          className={`${columns.cell} ${columns.widest} ${columns.nowrap}`}
        >
          {volume.volumeMode ?? <Unknown />}
          {volume.storageClass !== props.tenantClass && (
            <div className={classes.quiet}>
              {volume.storageClass ?? <Unknown />}
            </div>
          )}
        </TableCell>
        <TableCell
          align="right"
          className={`${columns.cell} ${columns.nowrap} ${
            props.freshness.state === 'stale' ? classes.stale : ''
          }`}
        >
          <AgeOf time={volume.createdAt} now={props.now} />
        </TableCell>
      </TableRow>
      {open && (
        <TableRow id={detailsId}>
          <TableCell colSpan={9} className={classes.details}>
            <VolumeDetails
              underCluster={props.underCluster}
              tenant={props.tenant}
              volume={volume}
              freshness={props.freshness}
              now={props.now}
            />
          </TableCell>
        </TableRow>
      )}
    </>
  );
}
