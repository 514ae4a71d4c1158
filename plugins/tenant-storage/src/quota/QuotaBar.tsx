import { makeStyles, Theme } from '@material-ui/core/styles';
import clsx from 'clsx';
import { BarGeometry } from './barGeometry';

export type BarTone = 'normal' | 'warning' | 'error';

const useStyles = makeStyles<Theme, { tone: BarTone }>(
  theme => {
    const fill = ({ tone }: { tone: BarTone }) =>
      ({
        normal: theme.palette.primary.main,
        warning: theme.palette.status.warning,
        error: theme.palette.status.error,
      }[tone]);
    const line = theme.palette.textSubtle;
    return {
      track: {
        position: 'relative',
        display: 'flex',
        height: 20,
        borderRadius: 4,
        background: theme.palette.action.disabledBackground,
        boxShadow: `inset 0 0 0 1px ${theme.palette.divider}`,
      },
      compact: { height: 8, borderRadius: 4 },
      segments: {
        display: 'flex',
        width: '100%',
        borderRadius: 'inherit',
        overflow: 'hidden',
      },
      segment: { minWidth: 4, height: '100%', color: fill },
      volumes: { background: 'currentColor' },
      hidden: {
        background: `repeating-linear-gradient(45deg, currentColor 0 4px, ${theme.palette.background.paper} 4px 7px)`,
      },
      inFlight: {
        background: `repeating-linear-gradient(-45deg, currentColor 0 2px, ${theme.palette.background.paper} 2px 7px)`,
        boxShadow: 'inset 0 0 0 1px currentColor',
      },
      // Past the limit: the same stretch of the bar, crossed out.
      over: {
        position: 'absolute',
        top: 0,
        bottom: 0,
        right: 0,
        borderTopRightRadius: 4,
        borderBottomRightRadius: 4,
        background: `repeating-linear-gradient(-45deg, ${theme.palette.background.paper} 0 2px, transparent 2px 6px), repeating-linear-gradient(45deg, ${theme.palette.background.paper} 0 2px, transparent 2px 6px)`,
      },
      limit: {
        position: 'absolute',
        top: -5,
        bottom: -5,
        width: 0,
        borderLeft: `3px solid ${theme.palette.text.primary}`,
        marginLeft: -2,
        boxShadow: `0 0 0 1px ${theme.palette.background.paper}`,
      },
      limitCompact: { top: -3, bottom: -3, borderLeftWidth: 2 },
      unlimited: {
        background: `linear-gradient(90deg, ${theme.palette.primary.main}, ${theme.palette.primary.main}22 65%, transparent)`,
        boxShadow: 'none',
        border: `1px dashed ${line}`,
        borderRightStyle: 'none',
        borderTopRightRadius: 0,
        borderBottomRightRadius: 0,
        boxSizing: 'border-box',
      },
      unknown: {
        background: `repeating-linear-gradient(45deg, ${theme.palette.divider} 0 6px, transparent 6px 12px)`,
        border: `1px dashed ${line}`,
        boxShadow: 'none',
        boxSizing: 'border-box',
      },
      swatch: {
        display: 'inline-block',
        width: 12,
        height: 12,
        borderRadius: 2,
        verticalAlign: '-1px',
        marginRight: theme.spacing(0.75),
        color: fill,
      },
      overSwatch: {
        background: `repeating-linear-gradient(-45deg, ${theme.palette.background.paper} 0 2px, transparent 2px 5px), repeating-linear-gradient(45deg, ${theme.palette.background.paper} 0 2px, currentColor 2px 5px)`,
      },
      limitSwatch: {
        width: 3,
        marginLeft: theme.spacing(0.5),
        borderRadius: 0,
        background: theme.palette.text.primary,
      },
      free: {
        background: theme.palette.action.disabledBackground,
        boxShadow: `inset 0 0 0 1px ${theme.palette.divider}`,
      },
    };
  },
  { name: 'TenantStorageQuotaBar' },
);

/** How far a limit is used, drawn. The words that stand beside it are the meter's value text too. */
export function QuotaBar(props: {
  geometry: BarGeometry;
  tone: BarTone;
  label: string;
  valueText: string;
  compact?: boolean;
}) {
  const { geometry, tone, compact } = props;
  const classes = useStyles({ tone });
  return (
    <div
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, geometry.usedPercent ?? 100)}
      aria-valuetext={props.valueText}
      className={clsx(classes.track, compact && classes.compact)}
    >
      <div className={classes.segments}>
        {geometry.segments.map(segment => (
          <div
            key={segment.id}
            data-segment={segment.id}
            className={clsx(classes.segment, classes[segment.id])}
            style={{ width: `${segment.percent}%` }}
          />
        ))}
      </div>
      {geometry.limitAt < 100 && (
        <>
          <div
            data-segment="over"
            className={classes.over}
            style={{ left: `${geometry.limitAt}%` }}
          />
          <div
            data-segment="limit"
            className={clsx(classes.limit, compact && classes.limitCompact)}
            style={{ left: `${geometry.limitAt}%` }}
          />
        </>
      )}
    </div>
  );
}

/** The bar where nothing limits: it has no end. */
export function UnlimitedBar(props: { label: string }) {
  const classes = useStyles({ tone: 'normal' });
  return (
    <div
      role="img"
      aria-label={props.label}
      className={clsx(classes.track, classes.unlimited)}
    />
  );
}

/** The bar where use or limit is not known: neither empty nor full. */
export function UnknownBar(props: { label: string; compact?: boolean }) {
  const classes = useStyles({ tone: 'normal' });
  return (
    <div
      role="img"
      aria-label={props.label}
      className={clsx(
        classes.track,
        classes.unknown,
        props.compact && classes.compact,
      )}
    />
  );
}

/** The sample of a stretch of the bar, for its legend. */
export function Swatch(props: {
  of: 'volumes' | 'hidden' | 'inFlight' | 'free' | 'overSwatch' | 'limitSwatch';
  tone: BarTone;
}) {
  const classes = useStyles({ tone: props.tone });
  return (
    <span aria-hidden className={clsx(classes.swatch, classes[props.of])} />
  );
}
