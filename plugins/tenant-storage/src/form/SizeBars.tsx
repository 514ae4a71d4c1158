import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Headroom,
  QuotaImpact,
  formatBytes,
  formatUsage,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { ReactNode } from 'react';
import { barGeometry } from '../quota/barGeometry';
import { QuotaBar, UnknownBar, UnlimitedBar } from '../quota/QuotaBar';
import { ExactTooltip, Size } from '../size/Size';
import { headroomFigure } from '../tenant/headroomText';
import { tenantStorageTranslationRef } from '../translation';
import { barWidths } from './barWidths';
import { leavesRoomForWaiting, pendingAfter } from './pendingAfter';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'auto minmax(0, 1fr)',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(1),
      alignItems: 'center',
      margin: 0,
      '& dt': { color: theme.palette.textSubtle },
      '& dd': { margin: 0, minWidth: 0 },
    },
    words: {
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      columnGap: theme.spacing(2),
    },
    bar: {
      minWidth: 24,
      '@media (prefers-reduced-motion: no-preference)': {
        transition: 'width 200ms ease-out',
        '& [data-segment]': {
          transition: 'width 200ms ease-out, left 200ms ease-out',
        },
      },
    },
  }),
  { name: 'TenantStorageSizeBars' },
);

/** The quota as it is and as it would be, drawn to one scale. */
export function SizeBars(props: {
  impact: QuotaImpact;
  /** The size that is typed; undefined while it is none. */
  after: bigint | undefined;
  /** How far the preview of that size is; `headroomAfter` is of it only once it is `there`. */
  preview: 'there' | 'loading' | 'none';
}) {
  const { impact, after } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const used = impact.used === null ? undefined : BigInt(impact.used);
  const inFlight = BigInt(impact.headroom.inFlight ?? 0);
  const before = impact.before === null ? undefined : BigInt(impact.before);
  // What waits is made by itself once it fits, and takes its part of what is new.
  const pending = pendingAfter({
    ...impact,
    after: after === undefined ? null : `${after}`,
  });
  const waiting = pending?.every(({ fit }) => fit === 'fits')
    ? pending.reduce((sum, { volume }) => sum + BigInt(volume.charge ?? 0), 0n)
    : 0n;
  const widths = barWidths({ used: (used ?? 0n) + inFlight, before, after });

  const largest = (headroom: Headroom) => {
    const left = headroomFigure(headroom);
    return (
      <span>
        {t(
          leavesRoomForWaiting(impact, headroom)
            ? 'form.size.largestBesides'
            : 'form.size.largest',
        )}
        :{' '}
        <strong>
          {left.kind === 'size' ? (
            <Size focusable bytes={left.bytes} also={headroom.explanation} />
          ) : (
            <ExactTooltip focusable exact={headroom.explanation}>
              {t(`headline.${left.kind}`)}
            </ExactTooltip>
          )}
        </strong>
      </span>
    );
  };
  let largestThen: ReactNode;
  if (props.preview === 'there' && impact.headroomAfter) {
    largestThen = largest(impact.headroomAfter);
  } else if (props.preview === 'loading') {
    largestThen = (
      <span>
        {t('form.size.largest')}: {t('form.size.calculating')}
      </span>
    );
  }

  const bar = (
    row: 'now' | 'then',
    hard: bigint | undefined,
    width: number,
  ) => {
    if (hard === undefined) {
      if (row === 'then')
        return <UnknownBar compact label={t('form.size.noSize')} />;
      return impact.headroom.state === 'unlimited' ? (
        <UnlimitedBar label={t('quota.unlimited')} />
      ) : (
        <UnknownBar label={t('quota.unknown')} />
      );
    }
    const words = formatUsage(used ?? null, hard);
    if (used === undefined) return <UnknownBar label={words} />;
    const geometry = barGeometry({
      used,
      hard,
      hidden: 0n,
      inFlight: row === 'now' ? inFlight : inFlight + waiting,
    });
    let full: 'overLimit' | 'full' | undefined;
    if (used > hard) full = 'overLimit';
    else if (used === hard) full = 'full';
    const valueText = full ? `${words}, ${t(`quota.${full}`)}` : words;
    return (
      <>
        <div className={classes.words}>
          <span>{valueText}</span>
          {row === 'now' ? largest(impact.headroom) : largestThen}
        </div>
        <div className={classes.bar} style={{ width: `${width}%` }}>
          <QuotaBar
            compact
            geometry={geometry}
            tone={full ? 'error' : 'normal'}
            label={t(`form.size.${row}Meter`)}
            valueText={valueText}
          />
        </div>
      </>
    );
  };

  const without = used === undefined ? t('unknown') : formatBytes(used);
  return (
    <dl className={classes.root}>
      <dt>{t('form.size.now')}</dt>
      <dd>
        {before === undefined && (
          <div className={classes.words}>
            <span>
              {impact.headroom.state === 'unlimited'
                ? t('headline.usedNoLimit', { used: without })
                : t('headline.usedUnknownLimit', { used: without })}
            </span>
            {largest(impact.headroom)}
          </div>
        )}
        {bar('now', before, widths.before)}
      </dd>
      <dt>{t('form.size.then')}</dt>
      <dd>
        {after === undefined && <div>{t('form.size.noSize')}</div>}
        {bar('then', after, widths.after)}
      </dd>
    </dl>
  );
}
