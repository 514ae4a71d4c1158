import { useTranslationRef } from '@backstage/frontend-plugin-api';
import Paper from '@material-ui/core/Paper';
import { makeStyles } from '@material-ui/core/styles';
import Skeleton from '@material-ui/lab/Skeleton';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    root: { display: 'grid', gap: theme.spacing(2) },
    panel: { padding: theme.spacing(2) },
    figures: {
      display: 'grid',
      gridTemplateColumns: '2.2fr 1fr 1fr 1fr',
      gap: theme.spacing(4),
      marginBottom: theme.spacing(2),
    },
  }),
  { name: 'TenantStorageSkeleton' },
);

/** The page's shape before the first answer, as large as what will stand there. */
export function TenantSkeleton({ tenant }: { tenant: string }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <div
      role="progressbar"
      aria-label={t('loading', { tenant })}
      className={classes.root}
    >
      <Skeleton height={30} width={280} />
      <Paper className={classes.panel}>
        <div className={classes.figures}>
          {[0, 1, 2, 3].map(figure => (
            <div key={figure}>
              <Skeleton height={20} width="50%" />
              <Skeleton height={figure === 0 ? 40 : 30} width="70%" />
              <Skeleton height={20} />
            </div>
          ))}
        </div>
        <Skeleton variant="rect" height={20} />
        <Skeleton height={28} width="40%" />
      </Paper>
      <Paper className={classes.panel}>
        <Skeleton height={28} width={200} />
        <Skeleton height={32} />
        <Skeleton height={32} />
      </Paper>
      <Paper className={classes.panel}>
        <Skeleton height={28} width={120} />
        {[0, 1, 2, 3, 4].map(row => (
          <Skeleton key={row} height={36} />
        ))}
      </Paper>
    </div>
  );
}
