import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeStyles } from '@material-ui/core/styles';
import Button from '@material-ui/core/Button';
import { useState } from 'react';
import { tenantStorageTranslationRef } from '../translation';

/** A reason may have 20,000 characters; so many say enough to read on or not. */
const SHOWN_AT_FIRST = 280;

const useStyles = makeStyles(
  {
    words: { whiteSpace: 'pre-line', overflowWrap: 'anywhere' },
    more: { textTransform: 'none', padding: 0, minWidth: 0, marginLeft: 6 },
  },
  { name: 'TenantStorageReason' },
);

/** What somebody wrote, long or short, as it was written. */
export function Reason({ text }: { text: string }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const [all, setAll] = useState(false);
  const isLong = text.length > SHOWN_AT_FIRST * 1.2;
  return (
    <span className={classes.words}>
      {isLong && !all ? `${text.slice(0, SHOWN_AT_FIRST).trimEnd()}…` : text}
      {isLong && (
        <Button
          size="small"
          color="primary"
          className={classes.more}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {t(all ? 'requests.lessReason' : 'requests.moreReason')}
        </Button>
      )}
    </span>
  );
}
