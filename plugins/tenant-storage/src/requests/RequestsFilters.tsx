import { useTranslationRef } from '@backstage/frontend-plugin-api';
import Button from '@material-ui/core/Button';
import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import { useCallback, useEffect, useId, useState } from 'react';
import { FilterSelect } from '../filter/FilterSelect';
import { tenantStorageTranslationRef } from '../translation';
import {
  CHANGES,
  NO_FILTER,
  STATES,
  type RequestsFilter,
} from './useRequestsFilter';

/** How long to wait for the next key before asking. */
const TYPING_MS = 300;

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
    },
    field: {
      flex: '1 1 130px',
      maxWidth: 220,
      background: theme.palette.background.paper,
    },
    input: { fontSize: theme.typography.pxToRem(14) },
    clear: { textTransform: 'none' },
  }),
  { name: 'TenantStorageRequestsFilters' },
);

/** A name, whole; names that were seen are offered. */
function NameField(props: {
  label: string;
  value: string;
  seen: readonly string[];
  onChange(name: string): void;
}) {
  const { value, onChange } = props;
  const classes = useStyles();
  const id = useId();
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    const name = typed.trim().toLowerCase();
    if (name === value) return undefined;
    const timer = setTimeout(() => onChange(name), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <>
      <TextField
        size="small"
        variant="outlined"
        className={classes.field}
        value={typed}
        placeholder={props.label}
        onChange={event => setTyped(event.target.value)}
        InputProps={{ className: classes.input }}
        inputProps={{ 'aria-label': props.label, maxLength: 63, list: id }}
      />
      <datalist id={id}>
        {props.seen.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

/** Which requests are wanted. */
export function RequestsFilters(props: {
  filter: RequestsFilter;
  tenants: readonly string[];
  underClusters: readonly string[];
  /** Memoise it. */
  onChange(change: Partial<RequestsFilter>): void;
}) {
  const { filter, onChange } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const setTenant = useCallback(
    (tenant: string) => onChange({ tenant }),
    [onChange],
  );
  const setUnderCluster = useCallback(
    (underCluster: string) => onChange({ underCluster }),
    [onChange],
  );
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <div role="search" className={classes.root}>
      <FilterSelect
        label={t('requestsPage.filterByState')}
        any={t('requestsPage.anyState')}
        value={filter.state}
        values={STATES}
        nameOf={state => t(`requestState.${state}`)}
        className={classes.field}
        onChange={state => onChange({ state })}
      />
      <FilterSelect
        label={t('requestsPage.filterByChange')}
        any={t('requestsPage.anyChange')}
        value={filter.change}
        values={CHANGES}
        nameOf={change => t(`requestedChange.${change}`)}
        className={classes.field}
        onChange={change => onChange({ change })}
      />
      <NameField
        label={t('requestsPage.filterByTenant')}
        value={filter.tenant}
        seen={props.tenants}
        onChange={setTenant}
      />
      <NameField
        label={t('requestsPage.filterByUnderCluster')}
        value={filter.underCluster}
        seen={props.underClusters}
        onChange={setUnderCluster}
      />
      {isFiltered && (
        <Button
          size="small"
          className={classes.clear}
          onClick={() => onChange(NO_FILTER)}
        >
          {t('requestsPage.clear')}
        </Button>
      )}
    </div>
  );
}
