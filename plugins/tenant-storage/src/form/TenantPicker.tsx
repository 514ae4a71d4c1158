import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { MarkdownContent } from '@backstage/core-components';
import {
  TenantList,
  TenantSummary,
  formatBytes,
  formatUsage,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import Autocomplete from '@material-ui/lab/Autocomplete';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { reasonOf } from '../api/reason';
import { TenantRef, tenantStorageApiRef } from '../api/TenantStorageApi';
import { Notice } from '../panel/Notice';
import { tenantStorageTranslationRef } from '../translation';
import { TenantPickerProps } from './schema';
import { Standing, standingOf } from './standing';
import { tenantOf } from './wish';

/** How long somebody must have stopped typing before the backend is asked. */
const SEARCH_DEBOUNCE_MS = 250;

const PAGE_SIZE = 50;

const useStyles = makeStyles(
  theme => ({
    root: { display: 'grid', gap: theme.spacing(1), minWidth: 0 },
    // The theme's red is too pale to be read in either mode; the border has it, and what is wrong is said below.
    label: { '&.Mui-error': { color: theme.palette.text.primary } },
    option: {
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      columnGap: theme.spacing(2),
      width: '100%',
      minWidth: 0,
      overflowWrap: 'anywhere',
    },
    subtle: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(13),
    },
    description: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(13),
      '& p': { margin: 0 },
    },
  }),
  { name: 'TenantStorageTenantPicker' },
);

/** What can be picked: a tenant of the list, or one that was filled in and is not on it. */
type Option = TenantRef & { summary?: TenantSummary };

function optionOf(summary: TenantSummary): Option {
  return {
    underCluster: summary.underCluster,
    tenant: summary.name,
    summary,
  };
}

function isSame(a: TenantRef, b: TenantRef): boolean {
  return a.underCluster === b.underCluster && a.tenant === b.tenant;
}

interface Found {
  search: string;
  list?: TenantList;
  error?: Error;
}

/** The tenants whose storage one may ask to change, as far as they match a search. */
function useRequestableTenants(search: string) {
  const api = useApi(tenantStorageApiRef);
  const [found, setFound] = useState<Found>();
  const [attempt, setAttempt] = useState(0);
  const asked = useRef(false);
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(
      async () => {
        asked.current = true;
        try {
          const list = await api.listTenants(
            { canRequest: 'true', search, limit: PAGE_SIZE },
            { signal: controller.signal },
          );
          if (!controller.signal.aborted) setFound({ search, list });
        } catch (cause) {
          if (controller.signal.aborted) return;
          const error =
            cause instanceof Error ? cause : new Error(String(cause));
          setFound(last => ({ ...last, search, error }));
        }
      },
      asked.current ? SEARCH_DEBOUNCE_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, search, attempt]);
  const retry = useCallback(() => setAttempt(last => last + 1), []);
  return { ...found, loading: found?.search !== search, retry };
}

/** Whether one may ask for the tenant that is picked; asked anew where it is not in the list at hand, such as one that was filled in. */
function useStanding(
  value: TenantRef | undefined,
  list: TenantList | undefined,
): Standing | { state: 'checking' } {
  const api = useApi(tenantStorageApiRef);
  const [checked, setChecked] = useState<{ key: string; standing: Standing }>();
  const listed =
    value && list?.items.find(item => isSame(optionOf(item), value));
  const key = value && !listed ? JSON.stringify(value) : undefined;
  useEffect(() => {
    if (key === undefined) return undefined;
    const controller = new AbortController();
    standingOf(api, JSON.parse(key), controller.signal).then(standing => {
      if (!controller.signal.aborted) setChecked({ key, standing });
    });
    return () => controller.abort();
  }, [api, key]);
  if (listed) return { state: 'allowed', summary: listed };
  return checked && checked.key === key
    ? checked.standing
    : { state: 'checking' };
}

/**
 * Form field `KmetalTenantPicker`: a tenant whose storage one may ask to change. The value is `{underCluster, tenant}`.
 *
 * @public
 */
export function TenantPicker(props: TenantPickerProps) {
  const { formData, onChange, schema, required, disabled, readonly } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const descriptionId = useId();
  const standingId = useId();
  const value = tenantOf(formData);
  const [input, setInput] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const [search, setSearch] = useState('');
  const { list, error, loading, retry } = useRequestableTenants(search);
  const standing = useStanding(value, list);
  const summary = standing.state === 'allowed' ? standing.summary : undefined;
  const isFixed = Boolean(
    disabled || readonly || props.uiSchema['ui:disabled'],
  );

  const pick = useCallback(
    (tenant: TenantRef | undefined) => onChange(tenant),
    [onChange],
  );
  // The only one there is needs no picking.
  const only = list?.total === 1 && search === '' ? list.items[0] : undefined;
  const isEmpty = value === undefined;
  const hasChosen = useRef(false);
  useEffect(() => {
    if (only && isEmpty && !hasChosen.current) {
      const { underCluster, tenant } = optionOf(only);
      pick({ underCluster, tenant });
    }
  }, [only, isEmpty, pick]);

  const usage = (item: TenantSummary): string => {
    const used = item.used === null ? null : BigInt(item.used);
    if (item.quotaState === 'limited' && item.hard !== null) {
      return formatUsage(used, BigInt(item.hard));
    }
    const words = used === null ? t('unknown') : formatBytes(used);
    return item.quotaState === 'unlimited'
      ? t('headline.usedNoLimit', { used: words })
      : t('headline.usedUnknownLimit', { used: words });
  };
  const label = (option: Option): string =>
    t('form.picker.option', {
      tenant: option.tenant,
      underCluster:
        option.summary?.underClusterTitle ??
        (value && isSame(value, option)
          ? summary?.underClusterTitle
          : undefined) ??
        option.underCluster,
    });

  const found = (list?.items ?? []).map(optionOf);
  const selected: Option | null = value ? { ...value, summary } : null;
  const options =
    selected && !found.some(option => isSame(option, selected))
      ? [selected, ...found]
      : found;
  const hidden = list ? list.total - list.items.length : 0;
  const isNone =
    list !== undefined && search === '' && list.total === 0 && !error;

  return (
    <div className={classes.root}>
      <Autocomplete<Option>
        id={props.idSchema?.$id}
        options={options}
        value={selected}
        disabled={isFixed}
        loading={loading}
        // Material UI gives the combobox what ARIA 1.1 asks for, aria-owns; ARIA 1.2 asks for this.
        aria-controls={
          isOpen && props.idSchema?.$id
            ? `${props.idSchema.$id}-popup`
            : undefined
        }
        onOpen={() => setIsOpen(true)}
        onClose={() => setIsOpen(false)}
        loadingText={t('form.picker.loading')}
        noOptionsText={
          search ? t('form.picker.noMatch', { search }) : t('form.picker.none')
        }
        // The backend has searched; what was filled in is an option only for itself.
        filterOptions={all =>
          all.filter(option => found.some(other => isSame(option, other)))
        }
        getOptionLabel={label}
        getOptionSelected={isSame}
        onChange={(_, option) => {
          hasChosen.current = true;
          pick(
            option
              ? { underCluster: option.underCluster, tenant: option.tenant }
              : undefined,
          );
        }}
        inputValue={input}
        onInputChange={(_, text, reason) => {
          setInput(text);
          // What is written after picking is no search.
          setSearch(reason === 'input' ? text.trim() : '');
        }}
        renderOption={option => (
          <span className={classes.option}>
            <span>{label(option)}</span>
            {option.summary && (
              <span className={classes.subtle}>{usage(option.summary)}</span>
            )}
          </span>
        )}
        renderInput={params => (
          <TextField
            {...params}
            label={schema.title ?? t('form.picker.label')}
            InputLabelProps={{
              ...params.InputLabelProps,
              className: classes.label,
            }}
            variant="outlined"
            margin="dense"
            required={required}
            error={
              (props.rawErrors?.length ?? 0) > 0 ||
              standing.state === 'notAllowed'
            }
            inputProps={{
              ...params.inputProps,
              'aria-describedby': `${descriptionId} ${standingId}`,
            }}
          />
        )}
      />
      <div id={descriptionId} className={classes.description}>
        {schema.description && (
          <MarkdownContent content={schema.description} linkTarget="_blank" />
        )}
        {hidden > 0 && <span>{t('form.picker.more', { count: hidden })}</span>}
      </div>
      <div id={standingId} role="status" className={classes.subtle}>
        {summary && t('form.picker.uses', { usage: usage(summary) })}
        {value && standing.state === 'unknown' && t('form.picker.unknown')}
      </div>
      {value && standing.state === 'notAllowed' && (
        <Notice
          tone="error"
          title={t('form.picker.notAllowedTitle', { tenant: value.tenant })}
        >
          {t('form.picker.notAllowed', { underCluster: value.underCluster })}
        </Notice>
      )}
      {isNone && !value && (
        <Notice tone="info" title={t('form.picker.noneTitle')}>
          {list.emptyBecause ?? t('form.picker.noneBecause')}
          {list.errors.length > 0 && (
            <ul>
              {list.errors.map(problem => (
                <li key={`${problem.underCluster} ${problem.kind}`}>
                  {problem.message}
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
      {error && (
        <Notice
          tone="error"
          title={t('form.picker.failedTitle')}
          action={
            <Button size="small" disabled={loading} onClick={retry}>
              {t('retry')}
            </Button>
          }
        >
          {t('form.picker.failed', { message: reasonOf(error) })}
        </Notice>
      )}
    </div>
  );
}
