import { makeStyles } from '@material-ui/core/styles';

/** The columns' looks, shared by head and rows. What a narrow page leaves out is in the details. */
export const useColumnStyles = makeStyles(
  theme => ({
    cell: {
      padding: theme.spacing(0.75, 1.5),
      verticalAlign: 'top',
      lineHeight: 1.4,
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(0.75) },
    },
    nowrap: { whiteSpace: 'nowrap' },
    // A name is one line, whole on hover and in the details.
    name: {
      display: 'block',
      maxWidth: 180,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    },
    expand: {
      padding: theme.spacing(0.25, 0, 0, 1),
      width: 40,
      verticalAlign: 'top',
    },
    medium: { [theme.breakpoints.down('sm')]: { display: 'none' } },
    narrow: { [theme.breakpoints.up('md')]: { display: 'none' } },
    wide: { [theme.breakpoints.down('sm')]: { display: 'none' } },
    widest: { [theme.breakpoints.down('md')]: { display: 'none' } },
  }),
  { name: 'TenantStorageVolumeColumns' },
);
