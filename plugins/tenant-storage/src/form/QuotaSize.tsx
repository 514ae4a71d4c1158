import { MarkdownContent } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  formatBytes,
  formatExactBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import TextField from '@material-ui/core/TextField';
import { makeStyles } from '@material-ui/core/styles';
import { useEffect, useId, useRef, useState } from 'react';
import { proposedSize } from '../size/proposedSize';
import { tenantStorageTranslationRef } from '../translation';
import {
  ChangeRefusals,
  ChangeWarnings,
  NoPreviewNotice,
  OpenRequestNotice,
} from './ChangeNotices';
import { PendingVolumes } from './PendingVolumes';
import { refusalText } from './refusalText';
import { QuotaSizeProps } from './schema';
import { SizeBars } from './SizeBars';
import { typedSize } from './typedSize';
import { useQuotaPreview } from './useQuotaPreview';
import { tenantOf, wishOf } from './wish';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gap: theme.spacing(1.5),
      minWidth: 0,
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.5,
    },
    entry: {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(1),
    },
    // Upper case would make another unit of the unit.
    proposal: { textTransform: 'none', textAlign: 'left' },
    text: { flex: '1 1 220px', maxWidth: 360 },
    // The theme's red is too pale to be read in either mode; the border has it, and what is wrong is said below.
    label: { '&.Mui-error': { color: theme.palette.text.primary } },
    subtle: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(13),
    },
    description: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(13),
      '& p': { margin: 0 },
    },
    answer: { display: 'grid', gap: theme.spacing(1.5), minWidth: 0 },
  }),
  { name: 'TenantStorageQuotaSize' },
);

/**
 * Form field `KmetalQuotaSize`: the size of a tenant's storage quota, with what it would mean while it is typed. The value is a
 * Kubernetes quantity; what is not understood is the value as it is, for the backend to refuse with a remedy.
 *
 * @public
 */
export function QuotaSize(props: QuotaSizeProps) {
  const { formData, onChange, schema, required, uiSchema } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const descriptionId = useId();
  const understoodId = useId();
  const answerId = useId();
  const wish = wishOf(props.formContext?.formData, uiSchema['ui:options']);
  const tenant = wish && tenantOf(wish);

  const [text, setText] = useState(formData ?? '');
  const sent = useRef(formData);
  const filledIn = useRef<string>();
  const isTheirs = useRef(formData !== undefined);
  // Filled in from elsewhere: a link, another step, this field's own proposal.
  useEffect(() => {
    if (formData === sent.current) return;
    sent.current = formData;
    setText(formData ?? '');
  }, [formData]);

  const size = typedSize(text);
  const wanted = size?.quantity ?? text.trim();
  const { preview, isCurrent, error, loading, retry } = useQuotaPreview(
    wish && { ...wish, reason: undefined, size: wanted },
  );
  const take = (typed: string) => {
    const next = (typedSize(typed)?.quantity ?? typed.trim()) || undefined;
    isTheirs.current = true;
    setText(typed);
    sent.current = next;
    onChange(next);
  };

  const smallest = preview?.impact.smallestUnblocking ?? undefined;
  const proposed =
    smallest === undefined ? undefined : proposedSize(BigInt(smallest));
  const proposal = proposed?.quantity;
  const tenantKey = tenant && `${tenant.underCluster}/${tenant.tenant}`;
  const lastTenant = useRef(tenantKey);
  useEffect(() => {
    if (isTheirs.current) return;
    const fillIn = (next: string | undefined) => {
      filledIn.current = next;
      sent.current = next;
      setText(next ?? '');
      onChange(next);
    };
    if (lastTenant.current !== tenantKey) {
      lastTenant.current = tenantKey;
      // What was proposed for one tenant is nothing for another.
      if (filledIn.current !== undefined) fillIn(undefined);
    } else if (proposal !== undefined && filledIn.current === undefined) {
      fillIn(proposal);
    }
  }, [proposal, tenantKey, onChange]);

  const shown = isCurrent && text.trim() !== '' ? preview : undefined;
  const said = new Set(props.rawErrors);
  const refusals = (shown?.refusals ?? []).filter(
    refusal => refusal.field !== 'reason' && !said.has(refusalText(refusal, t)),
  );
  const isBad = text.trim() !== '' && !size;
  // The backend says what exactly is wrong with it, and of some that they are understood, but are no size that can be had.
  const isAskedAbout =
    refusals.length > 0 ||
    (props.rawErrors?.length ?? 0) > 0 ||
    (wish !== undefined && loading);
  let understood: string = t('form.size.bareNumber');
  if (size) {
    understood = t('form.size.understood', {
      quantity: size.quantity,
      size: formatBytes(size.bytes),
      exact: formatExactBytes(size.bytes),
    });
  } else if (isBad && !isAskedAbout) {
    understood = t('form.size.notUnderstood', { text: text.trim() });
  }
  let progress: 'there' | 'loading' | 'none' = 'none';
  if (size && isCurrent) progress = 'there';
  else if (size && loading) progress = 'loading';
  const isFixed = Boolean(
    props.disabled || props.readonly || uiSchema['ui:disabled'],
  );

  return (
    <div className={classes.root}>
      <div className={classes.entry}>
        <TextField
          id={props.idSchema?.$id}
          className={classes.text}
          label={schema.title ?? t('form.size.label')}
          placeholder={t('form.size.placeholder')}
          variant="outlined"
          margin="dense"
          value={text}
          required={required}
          disabled={isFixed}
          error={
            isBad || refusals.length > 0 || (props.rawErrors?.length ?? 0) > 0
          }
          onChange={event => take(event.target.value)}
          InputLabelProps={{ className: classes.label }}
          onBlur={() => props.onBlur?.(props.idSchema?.$id, formData)}
          inputProps={{
            autoComplete: 'off',
            spellCheck: false,
            'aria-describedby': `${understoodId} ${descriptionId} ${answerId}`,
          }}
        />
        {proposed && (
          <Button
            variant="outlined"
            size="small"
            className={classes.proposal}
            disabled={isFixed}
            onClick={() => take(proposed.quantity)}
          >
            {t('form.size.propose', { size: proposed.words })}
          </Button>
        )}
      </div>
      <div id={understoodId} className={classes.subtle} role="status">
        {understood}
      </div>
      {schema.description && (
        <div id={descriptionId} className={classes.description}>
          <MarkdownContent content={schema.description} linkTarget="_blank" />
        </div>
      )}
      {!tenant && (
        <div className={classes.subtle}>{t('form.size.noTenant')}</div>
      )}
      {tenant && !preview && loading && (
        <div className={classes.subtle} role="status">
          {t('form.size.loading', { tenant: tenant.tenant })}
        </div>
      )}
      {preview && (
        <>
          <SizeBars
            impact={preview.impact}
            after={size?.bytes}
            preview={progress}
          />
          <PendingVolumes
            impact={preview.impact}
            isCurrent={isCurrent && size !== undefined}
          />
        </>
      )}
      <div id={answerId} aria-live="polite" className={classes.answer}>
        {refusals.length > 0 && <ChangeRefusals refusals={refusals} />}
        {shown && shown.warnings.length > 0 && (
          <ChangeWarnings warnings={shown.warnings} />
        )}
        {shown?.changed === false && shown.refusals.length === 0 && (
          <div>{shown.summary}</div>
        )}
        {preview?.openRequest && (
          <OpenRequestNotice
            request={preview.openRequest}
            sizeBytes={size ? `${size.bytes}` : null}
          />
        )}
      </div>
      {error && (
        <NoPreviewNotice error={error} loading={loading} onRetry={retry} />
      )}
    </div>
  );
}
