import { useTranslationRef } from '@backstage/frontend-plugin-api';
import Chip from '@material-ui/core/Chip';
import IconButton from '@material-ui/core/IconButton';
import InputAdornment from '@material-ui/core/InputAdornment';
import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import CheckIcon from '@material-ui/icons/Check';
import ClearIcon from '@material-ui/icons/Clear';
import SearchIcon from '@material-ui/icons/Search';
import { useEffect, useState } from 'react';
import { FilterSelect } from '../filter/FilterSelect';
import { tenantStorageTranslationRef } from '../translation';
import { VolumesFilter } from './useVolumesQuery';

/** How long to wait for the next key before searching. */
const SEARCH_DEBOUNCE_MS = 300;

const STATES = [
  'error',
  'waiting',
  'working',
  'ok',
  'deleting',
  'unknown',
] as const;

const PURPOSES = [
  'tenantVolume',
  'vmDisk',
  'populating',
  'scratch',
  'clone',
  'other',
] as const;

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(0, 2, 1.5),
    },
    search: {
      minWidth: 220,
      flex: '1 1 220px',
      maxWidth: 380,
      [theme.breakpoints.down('sm')]: {
        minWidth: 120,
        flexBasis: 120,
        maxWidth: 'none',
      },
    },
    select: { minWidth: 120 },
    states: {
      // Where they don't fit beside the rest they have a line of their own below it.
      [theme.breakpoints.down('sm')]: { order: 1, flexBasis: '100%' },
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0.5),
      border: 0,
      margin: 0,
      padding: 0,
    },
    chip: { margin: 0 },
    input: { fontSize: theme.typography.pxToRem(14) },
  }),
  { name: 'TenantStorageVolumesFilters' },
);

/** Search and filters of the volumes table. */
export function VolumesFilters(props: {
  filter: VolumesFilter;
  tenantClusters: string[];
  onChange(change: Partial<VolumesFilter>): void;
}) {
  const { filter, tenantClusters, onChange } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const [search, setSearch] = useState(filter.search);

  useEffect(() => setSearch(filter.search), [filter.search]);
  useEffect(() => {
    if (search === filter.search) return undefined;
    const timer = setTimeout(() => onChange({ search }), SEARCH_DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [search, filter.search, onChange]);

  const toggle = (state: string) =>
    onChange({
      states: filter.states.includes(state)
        ? filter.states.filter(other => other !== state)
        : [...filter.states, state],
    });

  return (
    <div role="search" className={classes.root}>
      <TextField
        size="small"
        variant="outlined"
        className={classes.search}
        value={search}
        placeholder={t('volumes.searchHint')}
        title={t('volumes.search')}
        onChange={event => setSearch(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') setSearch('');
          if (event.key === 'Enter') onChange({ search });
        }}
        inputProps={{ 'aria-label': t('volumes.search'), maxLength: 253 }}
        InputProps={{
          className: classes.input,
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon fontSize="small" />
            </InputAdornment>
          ),
          endAdornment: search && (
            <InputAdornment position="end">
              <IconButton
                size="small"
                edge="end"
                aria-label={t('volumes.clearSearch')}
                onClick={() => {
                  setSearch('');
                  onChange({ search: '' });
                }}
              >
                <ClearIcon fontSize="small" />
              </IconButton>
            </InputAdornment>
          ),
        }}
      />
      <div
        role="group"
        aria-label={t('volumes.filterByState')}
        className={classes.states}
      >
        {STATES.map(state => {
          const pressed = filter.states.includes(state);
          return (
            <Chip
              key={state}
              size="small"
              className={classes.chip}
              clickable
              aria-pressed={pressed}
              color={pressed ? 'primary' : 'default'}
              variant={pressed ? 'default' : 'outlined'}
              icon={pressed ? <CheckIcon /> : undefined}
              label={t(`state.${state}`)}
              onClick={() => toggle(state)}
            />
          );
        })}
      </div>
      {tenantClusters.length > 1 && (
        <FilterSelect
          label={t('volumes.filterByCluster')}
          any={t('volumes.anyCluster')}
          value={filter.tenantCluster}
          values={tenantClusters}
          nameOf={name => name}
          className={classes.select}
          onChange={tenantCluster => onChange({ tenantCluster })}
        />
      )}
      <FilterSelect
        label={t('volumes.filterByPurpose')}
        any={t('volumes.anyPurpose')}
        value={filter.purposes}
        values={PURPOSES}
        nameOf={purpose => t(`purpose.${purpose}`)}
        className={classes.select}
        onChange={purposes => onChange({ purposes })}
      />
    </div>
  );
}
