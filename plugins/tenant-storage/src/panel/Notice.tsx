import Paper from '@material-ui/core/Paper';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import ErrorIcon from '@material-ui/icons/Error';
import InfoIcon from '@material-ui/icons/InfoOutlined';
import WarningIcon from '@material-ui/icons/Warning';
import { ReactNode } from 'react';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'flex-start',
      gap: theme.spacing(1.5),
      padding: theme.spacing(1.25, 2),
      borderLeft: '4px solid',
    },
    // Beside the icon in any width; what can be done goes below it where there is no room beside.
    body: {
      flex: '1 1 min(300px, calc(100% - 40px))',
      minWidth: 0,
      overflowWrap: 'anywhere',
    },
    action: { marginLeft: 'auto', whiteSpace: 'nowrap' },
    title: { fontWeight: 700 },
  }),
  { name: 'TenantStorageNotice' },
);

/** Something to know before reading on. */
export function Notice(props: {
  tone: 'warning' | 'error' | 'info';
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  const classes = useStyles();
  const { palette } = useTheme();
  const Icon = { error: ErrorIcon, warning: WarningIcon, info: InfoIcon }[
    props.tone
  ];
  const color = {
    error: palette.status.error,
    warning: palette.status.warning,
    info: palette.primary.main,
  }[props.tone];
  return (
    <Paper
      role={props.tone === 'error' ? 'alert' : 'note'}
      aria-label={props.title}
      className={classes.root}
      style={{ borderLeftColor: color }}
    >
      <Icon aria-hidden style={{ color, marginTop: 1 }} fontSize="small" />
      <div className={classes.body}>
        <div className={classes.title}>{props.title}</div>
        {props.children}
      </div>
      {props.action && <div className={classes.action}>{props.action}</div>}
    </Paper>
  );
}
