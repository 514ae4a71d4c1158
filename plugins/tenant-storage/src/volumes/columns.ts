import { makeStyles } from '@material-ui/core/styles';

/** The columns' looks, shared by head and rows. What a narrow page leaves out is in the details. */
export const useColumnStyles = makeStyles(
  theme => ({
    cell: { padding: theme.spacing(0.75, 1.5), verticalAlign: 'top' },
    nowrap: { whiteSpace: 'nowrap' },
    expand: {
      padding: theme.spacing(0.25, 0, 0, 1),
      width: 40,
      verticalAlign: 'top',
    },
    wide: { [theme.breakpoints.down('sm')]: { display: 'none' } },
    widest: { [theme.breakpoints.down('md')]: { display: 'none' } },
  }),
  { name: 'TenantStorageVolumeColumns' },
);
