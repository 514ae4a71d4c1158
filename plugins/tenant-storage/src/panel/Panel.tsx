import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { ReactNode, useId } from 'react';

const useStyles = makeStyles(
  theme => ({
    root: { minWidth: 0, display: 'flex', flexDirection: 'column' },
    header: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(1.5, 2, 1),
    },
    title: {
      fontSize: theme.typography.pxToRem(16),
      fontWeight: 700,
      lineHeight: 1.5,
      margin: 0,
      marginRight: 'auto',
    },
    content: { padding: theme.spacing(0, 2, 2), flexGrow: 1, minWidth: 0 },
    contentFlush: { flexGrow: 1, minWidth: 0 },
  }),
  { name: 'TenantStoragePanel' },
);

/** A titled part of the page. */
export function Panel(props: {
  title: string;
  aside?: ReactNode;
  /** Whether the content goes to the panel's edges. */
  flush?: boolean;
  children: ReactNode;
}) {
  const classes = useStyles();
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} className={classes.root}>
      <div className={classes.header}>
        <Typography id={id} component="h3" className={classes.title}>
          {props.title}
        </Typography>
        {props.aside}
      </div>
      <div className={props.flush ? classes.contentFlush : classes.content}>
        {props.children}
      </div>
    </Paper>
  );
}
