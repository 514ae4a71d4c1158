import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { UnderClusterList } from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import { useEffect, useState } from 'react';
import { reasonOf } from '../api/reason';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { Notice } from '../panel/Notice';
import { tenantStorageTranslationRef } from '../translation';
import { UnderClusterPickerProps } from './schema';

const useStyles = makeStyles(
  theme => ({
    root: { display: 'grid', gap: theme.spacing(1), minWidth: 0 },
    // The theme's red is too pale to be read in either mode; the border has it.
    label: { '&.Mui-error': { color: theme.palette.text.primary } },
  }),
  { name: 'TenantStorageUnderClusterPicker' },
);

/** The under clusters that one may see, and how the asking goes. */
function useUnderClusters() {
  const api = useApi(tenantStorageApiRef);
  const [attempt, setAttempt] = useState(0);
  const [found, setFound] = useState<{
    attempt: number;
    list?: UnderClusterList;
    error?: Error;
  }>();
  useEffect(() => {
    const controller = new AbortController();
    api.listUnderClusters({ signal: controller.signal }).then(
      list => {
        if (!controller.signal.aborted) setFound({ attempt, list });
      },
      error => {
        if (!controller.signal.aborted) setFound({ attempt, error });
      },
    );
    return () => controller.abort();
  }, [api, attempt]);
  return {
    list: found?.list,
    error: found?.error,
    loading: found?.attempt !== attempt,
    retry: () => setAttempt(last => last + 1),
  };
}

/**
 * Form field `KmetalUnderClusterPicker`: an under cluster, by its name.
 *
 * @public
 */
export function UnderClusterPicker(props: UnderClusterPickerProps) {
  const { formData, onChange, required, schema } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { list, error, loading, retry } = useUnderClusters();
  const items = list?.items ?? [];
  const isListed = !formData || items.some(({ name }) => name === formData);
  const only = items.length === 1 ? items[0].name : undefined;
  useEffect(() => {
    if (!formData && only !== undefined) onChange(only);
  }, [formData, only, onChange]);
  return (
    <div className={classes.root} aria-busy={loading}>
      <TextField
        id={props.idSchema?.$id}
        select
        label={schema.title ?? t('form.underCluster.label')}
        InputLabelProps={{ className: classes.label, shrink: true }}
        helperText={schema.description}
        variant="outlined"
        margin="dense"
        required={required}
        error={(props.rawErrors?.length ?? 0) > 0}
        value={formData ?? ''}
        onChange={event => onChange(event.target.value || undefined)}
        SelectProps={{ native: true }}
      >
        <option value="">{t('form.underCluster.pick')}</option>
        {!isListed && <option value={formData}>{formData}</option>}
        {items.map(({ name, title }) => (
          <option key={name} value={name}>
            {title === name ? name : `${title} (${name})`}
          </option>
        ))}
      </TextField>
      {list && items.length === 0 && (
        <Notice tone="info" title={t('form.underCluster.noneTitle')}>
          {list.emptyBecause ?? t('form.underCluster.none')}
        </Notice>
      )}
      {list?.incomplete && (
        <Notice tone="warning" title={t('form.underCluster.incomplete')}>
          {list.incomplete}
        </Notice>
      )}
      {error && (
        <Notice
          tone="error"
          title={t('form.underCluster.failedTitle')}
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
