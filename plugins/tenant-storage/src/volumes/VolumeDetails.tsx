import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Freshness,
  Volume,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import Skeleton from '@material-ui/lab/Skeleton';
import { ReactNode } from 'react';
import { reasonOf } from '../api/reason';
import { CopyButton } from '../clipboard/CopyButton';
import { isSeen } from '../freshness/seen';
import { useVolume } from '../live/useTenant';
import { ExactSize } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { AgeOf, Moment } from '../time/Time';
import { tenantStorageTranslationRef } from '../translation';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { TroubleItem } from '../trouble/TroubleItem';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
      gap: theme.spacing(3),
      lineHeight: 1.45,
      padding: theme.spacing(1.5, 2, 2.5),
      [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    },
    heading: {
      fontSize: theme.typography.pxToRem(13),
      fontWeight: 700,
      margin: theme.spacing(0, 0, 0.75),
    },
    facts: {
      margin: 0,
      display: 'grid',
      gridTemplateColumns: 'max-content minmax(0, 1fr)',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(0.5),
      fontSize: theme.typography.pxToRem(13),
      '& dt': { color: theme.palette.textSubtle },
      '& dd': { margin: 0, overflowWrap: 'anywhere' },
      [theme.breakpoints.down('xs')]: {
        gridTemplateColumns: 'minmax(0, 1fr)',
      },
    },
    code: {
      display: 'flex',
      alignItems: 'flex-start',
      gap: theme.spacing(1),
      fontFamily: 'monospace',
      fontSize: theme.typography.pxToRem(12),
      background: theme.palette.action.hover,
      borderRadius: theme.shape.borderRadius,
      padding: theme.spacing(0.5, 1),
      margin: theme.spacing(0.25, 0, 1.5),
      overflowWrap: 'anywhere',
      '& code': { flexGrow: 1, paddingTop: 4 },
    },
    mono: {
      fontFamily: 'monospace',
      fontSize: theme.typography.pxToRem(12),
    },
    section: { marginBottom: theme.spacing(2) },
    trouble: { marginBottom: theme.spacing(1) },
    events: {
      listStyle: 'none',
      margin: 0,
      padding: 0,
      display: 'grid',
      gap: theme.spacing(0.75),
      fontSize: theme.typography.pxToRem(13),
    },
    event: {
      display: 'grid',
      gridTemplateColumns: '20px minmax(0, 1fr)',
      columnGap: theme.spacing(0.75),
      overflowWrap: 'anywhere',
    },
    quiet: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageVolumeDetails' },
);

/** Everything about a volume, and its recent events. `volume` is what the list says; the details come with the events. */
export function VolumeDetails(props: {
  underCluster: string;
  tenant: string;
  volume: Volume;
  freshness: Freshness;
  now: number;
}) {
  const { underCluster, tenant, now } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const answer = useVolume(underCluster, tenant, props.volume.name);
  const volume = answer.value?.volume ?? props.volume;
  const freshness = answer.value?.freshness ?? props.freshness;
  const events = answer.value?.events;

  const known = (
    value: string | null,
    otherwise: string,
    kind: string,
  ): ReactNode => {
    if (value !== null) return value;
    return isSeen(freshness, kind) ? (
      <span className={classes.quiet}>{otherwise}</span>
    ) : (
      <Unknown />
    );
  };
  const rows: [string, ReactNode][] = [
    [
      t('volume.name'),
      <>
        <span className={classes.mono}>{volume.name}</span>{' '}
        <CopyButton
          text={volume.name}
          what={t('volume.nameCopy', { name: volume.name })}
        />
      </>,
    ],
  ];
  if (volume.belongsTo) {
    rows.push([
      t('volume.belongsTo'),
      <span className={classes.mono}>{volume.belongsTo}</span>,
    ]);
  }
  if (volume.tenantClaim) {
    rows.push([
      t('volume.claimUid'),
      <>
        <span className={classes.mono}>{volume.tenantClaim.uid}</span>{' '}
        <CopyButton
          text={volume.tenantClaim.uid}
          what={t('volume.claimUidCopy', { uid: volume.tenantClaim.uid })}
        />
      </>,
    ]);
  }
  rows.push(
    [t('volume.requested'), <ExactSize bytes={volume.requested} />],
    [
      t('volume.charged'),
      volume.charged === null && volume.phase === null ? (
        t('volumes.notCharged')
      ) : (
        <ExactSize bytes={volume.charged} />
      ),
    ],
    [
      t('volume.capacity'),
      volume.capacity === null && isSeen(freshness, 'PersistentVolumeClaim') ? (
        t('volume.noClaim')
      ) : (
        <ExactSize bytes={volume.capacity} />
      ),
    ],
    [
      t('volume.class'),
      volume.storageClass === null ? <Unknown /> : volume.storageClass,
    ],
    [
      t('volume.mode'),
      volume.volumeMode === null ? <Unknown /> : volume.volumeMode,
    ],
    [
      t('volume.accessModes'),
      volume.accessModes.length ? volume.accessModes.join(', ') : <Unknown />,
    ],
    [
      t('volume.phase'),
      known(volume.phase, t('volume.noClaim'), 'PersistentVolumeClaim'),
    ],
    [
      t('volume.dataVolume'),
      volume.dataVolume
        ? [volume.dataVolume.phase ?? t('unknown'), volume.dataVolume.progress]
            .filter(Boolean)
            .join(', ')
        : known(null, t('volume.noImport'), 'DataVolume'),
    ],
    [
      t('volume.persistentVolume'),
      known(
        volume.persistentVolume,
        t('volume.noClaim'),
        'PersistentVolumeClaim',
      ),
    ],
    [
      t('volume.node'),
      known(volume.node, t('volume.notBound'), 'PersistentVolume'),
    ],
    [
      t('volume.attachedTo'),
      volume.attachedTo
        ? t('volume.attachedPhase', {
            machine: volume.attachedTo.virtualMachine,
            phase: volume.attachedTo.phase ?? t('unknown'),
          })
        : known(null, t('none'), 'VirtualMachineInstance'),
    ],
    [t('volume.created'), <Moment time={volume.createdAt} now={now} />],
  );
  if (volume.deletingSince) {
    rows.push([
      t('volume.deletingSince'),
      <Moment time={volume.deletingSince} now={now} />,
    ]);
  }

  let eventList: ReactNode;
  if (events) {
    eventList =
      events.length === 0 ? (
        <span className={classes.quiet}>{t('volume.noEvents')}</span>
      ) : (
        <ul className={classes.events}>
          {events.map((event, index) => (
            <li key={`${event.reason} ${index}`} className={classes.event}>
              <SeverityIcon
                size={18}
                severity={event.type === 'Warning' ? 'warning' : 'info'}
              />
              <div>
                {event.type === 'Warning' && `${t('volume.eventWarning')}: `}
                <strong>{event.reason}</strong> {event.message}
                <div className={classes.quiet}>
                  {event.object.kind} {event.object.name},{' '}
                  <AgeOf time={event.lastSeenAt} now={now} />,{' '}
                  {t('volume.eventTimes', { count: event.count })}
                </div>
              </div>
            </li>
          ))}
        </ul>
      );
  } else if (events === null) {
    eventList = (
      <span className={classes.quiet}>{t('volume.eventsUnseen')}</span>
    );
  } else if (answer.error) {
    eventList = t('volume.failed', { message: reasonOf(answer.error) });
  } else {
    eventList = (
      <div aria-label={t('volume.loading', { name: volume.name })}>
        <Skeleton height={20} />
        <Skeleton height={20} width="70%" />
      </div>
    );
  }

  return (
    <div className={classes.root}>
      <div>
        {volume.tenantClaim && (
          <>
            <Typography component="h4" className={classes.heading}>
              {t('volume.command')}
            </Typography>
            <div className={classes.code}>
              <code>{volume.tenantClaim.command}</code>
              <CopyButton
                text={volume.tenantClaim.command}
                what={t('volume.commandCopy')}
              />
            </div>
          </>
        )}
        <dl className={classes.facts}>
          {rows.map(([label, value]) => (
            <FactRow key={label} label={label} value={value} />
          ))}
        </dl>
      </div>
      <div>
        {volume.troubles.length > 0 && (
          <div className={classes.section}>
            <Typography component="h4" className={classes.heading}>
              {t('volume.troubles')}
            </Typography>
            {volume.troubles.map((trouble, index) => (
              <div key={`${trouble.code} ${index}`} className={classes.trouble}>
                <TroubleItem trouble={trouble} now={now} />
              </div>
            ))}
          </div>
        )}
        <Typography component="h4" className={classes.heading}>
          {t('volume.events')}
        </Typography>
        {eventList}
      </div>
    </div>
  );
}

function FactRow(props: { label: string; value: ReactNode }) {
  return (
    <>
      <dt>{props.label}</dt>
      <dd>{props.value}</dd>
    </>
  );
}
