import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { Panel } from '../panel/Panel';
import { tenantStorageTranslationRef } from '../translation';
import { TroubleItem } from './TroubleItem';

const SHOWN_AT_FIRST = 4;

const useStyles = makeStyles(
  theme => ({
    list: { listStyle: 'none', margin: 0, padding: 0 },
    item: {
      padding: theme.spacing(1.25, 2),
      borderTop: `1px solid ${theme.palette.divider}`,
      borderLeft: '3px solid transparent',
    },
    error: { borderLeftColor: theme.palette.status.error },
    warning: { borderLeftColor: theme.palette.status.warning },
    info: { borderLeftColor: theme.palette.divider },
    more: { margin: theme.spacing(0.5, 1) },
  }),
  { name: 'TenantStorageTroubles' },
);

/** What a person should know, worst first as it comes. Nothing at all if there is nothing. */
export function Troubles(props: { troubles: Trouble[]; now: number }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const [all, setAll] = useState(false);
  const { troubles } = props;
  if (troubles.length === 0) return null;
  const hidden = troubles.length - SHOWN_AT_FIRST;
  return (
    <Panel
      flush
      title={t(
        troubles.every(({ severity }) => severity === 'info')
          ? 'troubles.infoTitle'
          : 'troubles.title',
      )}
    >
      <ul className={classes.list}>
        {(all ? troubles : troubles.slice(0, SHOWN_AT_FIRST)).map(
          (trouble, index) => (
            <li
              key={`${trouble.code} ${trouble.object?.name} ${index}`}
              className={`${classes.item} ${classes[trouble.severity]}`}
            >
              <TroubleItem trouble={trouble} now={props.now} />
            </li>
          ),
        )}
      </ul>
      {hidden > 0 && (
        <Button
          size="small"
          className={classes.more}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t('troubles.fewer') : t('troubles.more', { count: hidden })}
        </Button>
      )}
    </Panel>
  );
}
