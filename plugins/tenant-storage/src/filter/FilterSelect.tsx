import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles(
  theme => ({ input: { fontSize: theme.typography.pxToRem(14) } }),
  { name: 'TenantStorageFilterSelect' },
);

/** A filter of a list: one of a few values, or any. */
export function FilterSelect<T extends string>(props: {
  label: string;
  /** What it says where anything will do. */
  any: string;
  /** Empty = any. */
  value: string;
  values: readonly T[];
  /** How a value is said. */
  nameOf(value: T): string;
  className: string;
  onChange(value: T | ''): void;
}) {
  const classes = useStyles();
  return (
    <TextField
      select
      size="small"
      variant="outlined"
      className={props.className}
      value={props.value}
      onChange={({ target }) =>
        props.onChange(props.values.find(each => each === target.value) ?? '')
      }
      SelectProps={{ native: true }}
      InputProps={{ className: classes.input }}
      inputProps={{ 'aria-label': props.label }}
    >
      <option value="">{props.any}</option>
      {props.values.map(value => (
        <option key={value} value={value}>
          {props.nameOf(value)}
        </option>
      ))}
    </TextField>
  );
}
