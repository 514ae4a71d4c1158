import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeStyles } from '@material-ui/core/styles';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    unknown: {
      color: theme.palette.textSubtle,
      fontStyle: 'italic',
      borderBottom: `1px dotted ${theme.palette.textSubtle}`,
    },
  }),
  { name: 'TenantStorageUnknown' },
);

/** What is shown for a value that is not known: never a zero, never a blank. */
export function Unknown() {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return <span className={classes.unknown}>{t('unknown')}</span>;
}
