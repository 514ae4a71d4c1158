import IconButton from '@material-ui/core/IconButton';
import { makeStyles } from '@material-ui/core/styles';
import NextIcon from '@material-ui/icons/ChevronRight';
import PreviousIcon from '@material-ui/icons/ChevronLeft';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'flex-end',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5, 1.5),
      fontSize: theme.typography.pxToRem(13),
      color: theme.palette.textSubtle,
    },
  }),
  { name: 'TenantStoragePages' },
);

/** A way to another page of a list. */
interface Turn {
  label: string;
  /** Undefined where there is no such page, or it can't be turned now. */
  turn?: () => void;
}

/** Below a list that has pages: which rows these are, and the ways to the others. */
export function Pages(props: {
  /** Of what there are pages. */
  label: string;
  /** Which rows these are, in words. */
  range: string;
  previous: Turn;
  next: Turn;
}) {
  const { previous, next } = props;
  const classes = useStyles();
  return (
    <nav className={classes.root} aria-label={props.label}>
      <span>{props.range}</span>
      <IconButton
        size="small"
        aria-label={previous.label}
        disabled={!previous.turn}
        onClick={previous.turn}
      >
        <PreviousIcon />
      </IconButton>
      <IconButton
        size="small"
        aria-label={next.label}
        disabled={!next.turn}
        onClick={next.turn}
      >
        <NextIcon />
      </IconButton>
    </nav>
  );
}

/** Below a list that is all on one page: which rows these are. */
export function OnlyPage(props: { range: string }) {
  return <div className={useStyles().root}>{props.range}</div>;
}
