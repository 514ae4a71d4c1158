import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import DoneIcon from '@material-ui/icons/CheckCircle';
import CurrentIcon from '@material-ui/icons/RadioButtonChecked';
import AheadIcon from '@material-ui/icons/RadioButtonUnchecked';
import TroubleIcon from '@material-ui/icons/Warning';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';
import { ProgressStep, progressOf } from './requestProgress';

const useStyles = makeStyles(
  theme => ({
    root: {
      listStyle: 'none',
      margin: 0,
      padding: 0,
      display: 'grid',
      gridTemplateColumns: 'repeat(4, minmax(0, 1fr))',
      [theme.breakpoints.down('xs')]: {
        gridTemplateColumns: 'minmax(0, 1fr)',
        rowGap: theme.spacing(1),
      },
    },
    step: {
      position: 'relative',
      paddingRight: theme.spacing(2),
      // The line to the next step, from behind this one's icon.
      '&:not(:last-child)::before': {
        content: '""',
        position: 'absolute',
        top: 10,
        left: 26,
        right: 4,
        borderTop: `2px solid ${theme.palette.divider}`,
        [theme.breakpoints.down('xs')]: { display: 'none' },
      },
    },
    done: {
      '&:not(:last-child)::before': {
        borderTopColor: theme.palette.status.ok,
      },
    },
    icon: { display: 'flex', height: 22, alignItems: 'center' },
    label: {
      marginTop: theme.spacing(0.5),
      lineHeight: 1.4,
      '&::first-letter': { textTransform: 'uppercase' },
    },
    now: { fontWeight: 700 },
    ahead: { color: theme.palette.textSubtle },
    note: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      overflowWrap: 'anywhere',
    },
  }),
  { name: 'TenantStorageRequestSteps' },
);

function StepIcon({ state }: { state: ProgressStep['state'] }) {
  const { palette } = useTheme();
  const { Icon, color } = {
    done: { Icon: DoneIcon, color: palette.status.ok },
    current: { Icon: CurrentIcon, color: palette.primary.main },
    trouble: { Icon: TroubleIcon, color: palette.status.warning },
    ahead: { Icon: AheadIcon, color: palette.textSubtle },
  }[state];
  return <Icon aria-hidden style={{ color, fontSize: 22 }} />;
}

/** How far a request is: the steps that it takes, when each was taken and by whom. */
export function RequestSteps(props: { request: StorageRequest; now: number }) {
  const { request } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { moment } = useTimeText(props.now);

  const label = ({ id, state }: ProgressStep) => {
    if (state === 'trouble') {
      return request.state === 'changesRequested'
        ? t('requestSteps.changesWanted')
        : t(`requestState.${request.state}`);
    }
    if (state === 'done') return t(`requestSteps.${id}Done`);
    // What is approved waits to be merged; only then is it being applied.
    if (id === 'applied' && request.state === 'merged') {
      return t('requestSteps.appliedNow');
    }
    return state === 'current' && id === 'sent'
      ? t('requestSteps.sentNow')
      : t(`requestSteps.${id}`);
  };
  return (
    <ol className={classes.root} aria-label={t('requestSteps.heading')}>
      {progressOf(request).map(step => (
        <li
          key={step.id}
          className={`${classes.step} ${
            step.state === 'done' ? classes.done : ''
          }`}
          aria-current={
            ['current', 'trouble'].includes(step.state) ? 'step' : undefined
          }
        >
          <span className={classes.icon}>
            <StepIcon state={step.state} />
          </span>
          <div
            className={`${classes.label} ${
              step.state === 'ahead' ? classes.ahead : ''
            } ${
              ['current', 'trouble'].includes(step.state) ? classes.now : ''
            }`}
          >
            {label(step)}
          </div>
          {step.at && (
            <div className={classes.note}>
              <time dateTime={step.at}>{moment(step.at)}</time>
              {step.by && `, ${step.by}`}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
