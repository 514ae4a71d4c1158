import { MarkdownContent } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Headroom,
  QuotaChange,
  QuotaChangePreview,
  QuotaImpact,
  formatQuantity,
  formatUsage,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useEffect } from 'react';
import {
  ChangeRefusals,
  ChangeWarnings,
  NoPreviewNotice,
  OpenRequestNotice,
  UnreadNotice,
} from '../form/ChangeNotices';
import { leavesRoomForWaiting } from '../form/pendingAfter';
import { PendingVolumes } from '../form/PendingVolumes';
import { QuotaPreviewProps } from '../form/schema';
import { useQuotaPreview } from '../form/useQuotaPreview';
import { wishOf } from '../form/wish';
import { FreshnessNotices } from '../freshness/FreshnessNotices';
import { useNow } from '../live/useNow';
import { Notice } from '../panel/Notice';
import { ExactTooltip, Size } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { headroomFigure } from '../tenant/headroomText';
import { tenantStorageTranslationRef } from '../translation';
import {
  Description,
  Gates,
  Part,
  ProposedChanges,
  usePreviewStyles,
} from './PreviewParts';
import { UserCredentials } from './UserCredentials';

/** The largest volume that a headroom leaves, with the reason for the number. */
function Largest(props: { headroom: Headroom | null }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  if (!props.headroom) return <Unknown />;
  const left = headroomFigure(props.headroom);
  if (left.kind === 'unknown') return <Unknown />;
  return left.kind === 'size' ? (
    <Size focusable bytes={left.bytes} also={props.headroom.explanation} />
  ) : (
    <ExactTooltip focusable exact={props.headroom.explanation}>
      {t(`headline.${left.kind}`)}
    </ExactTooltip>
  );
}

function Quota(props: { bytes: string | null; impact: QuotaImpact }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  if (props.bytes === null) {
    return props.impact.headroom.state === 'unlimited' ? (
      <>{t('headline.noLimit')}</>
    ) : (
      <Unknown />
    );
  }
  return (
    <Size
      focusable
      bytes={props.bytes}
      also={formatQuantity(BigInt(props.bytes))}
    />
  );
}

function ImpactTable({ impact }: { impact: QuotaImpact }) {
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const use = (hard: string | null) =>
    hard === null || impact.used === null ? (
      <Size focusable bytes={impact.used} />
    ) : (
      formatUsage(BigInt(impact.used), BigInt(hard))
    );
  return (
    <table className={classes.table} aria-label={t('form.preview.impact')}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('form.size.now')}</th>
          <th scope="col">{t('form.preview.then')}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t('form.preview.quota')}</th>
          <td>
            <Quota bytes={impact.before} impact={impact} />
          </td>
          <td className={classes.then}>
            <Size focusable bytes={impact.after} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t('form.preview.used')}</th>
          <td>{use(impact.before)}</td>
          <td className={classes.then}>{use(impact.after)}</td>
        </tr>
        <tr>
          <th scope="row">{t('form.size.largest')}</th>
          <td>
            <Largest headroom={impact.headroom} />
          </td>
          <td className={classes.then}>
            <Largest headroom={impact.headroomAfter} />
            {impact.headroomAfter &&
              leavesRoomForWaiting(impact, impact.headroomAfter) && (
                <span className={classes.besides}>
                  {' '}
                  {t('form.size.besides')}
                </span>
              )}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Previewed(props: {
  preview: QuotaChangePreview;
  wish: QuotaChange;
  onRetry(): void;
}) {
  const { preview, wish, onRetry } = props;
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const now = useNow();
  const isRefused = preview.refusals.length > 0;
  return (
    <>
      {isRefused ? (
        <Notice tone="error" title={t('form.preview.refusedTitle')}>
          <ChangeRefusals refusals={preview.refusals} />
        </Notice>
      ) : (
        <p className={classes.summary}>{preview.summary}</p>
      )}
      {preview.changed === false && !isRefused && (
        <Notice tone="info" title={t('form.preview.unchangedTitle')}>
          {t('form.preview.unchanged')}
        </Notice>
      )}
      {preview.repositoryProblem !== null && (
        <UnreadNotice problem={preview.repositoryProblem} onRetry={onRetry} />
      )}
      {preview.openRequest && (
        <OpenRequestNotice
          request={preview.openRequest}
          sizeBytes={preview.impact.after}
        />
      )}
      <FreshnessNotices freshness={preview.freshness} errors={[]} now={now} />
      {preview.warnings.length > 0 && (
        <Part title={t('form.warnings')}>
          <ChangeWarnings warnings={preview.warnings} />
        </Part>
      )}
      <Part title={t('form.preview.impactOn', { tenant: wish.tenant })}>
        <ImpactTable impact={preview.impact} />
      </Part>
      <PendingVolumes
        impact={preview.impact}
        isCurrent={preview.impact.after !== null}
      />
      <ProposedChanges diff={preview.diff} repository={preview.repository} />
      {preview.gates.length > 0 && (
        <Part title={t('form.preview.gates')}>
          <Gates gates={preview.gates} />
        </Part>
      )}
      <Description
        title={preview.title}
        body={preview.body}
        heading={t('form.preview.description')}
      />
    </>
  );
}

/**
 * Form field `KmetalQuotaPreview`: what would be proposed and what it would mean, before it is sent. The value is the wish in words; it
 * is there so that the Scaffolder validates the field.
 *
 * @public
 */
export function QuotaPreview(props: QuotaPreviewProps) {
  const { formData, onChange, uiSchema } = props;
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const wish = wishOf(props.formContext?.formData, uiSchema['ui:options']);
  const { preview, isCurrent, error, loading, retry } = useQuotaPreview(wish);

  const words = wish
    ? t('form.preview.value', {
        size: wish.size,
        tenant: wish.tenant,
        underCluster: wish.underCluster,
      })
    : t('form.preview.noWish');
  useEffect(() => {
    if (formData !== words) onChange(words);
  }, [formData, words, onChange]);

  return (
    <div
      className={classes.root}
      role="group"
      aria-label={props.schema.title ?? t('form.preview.title')}
      aria-busy={loading}
    >
      {props.schema.description && (
        <div className={classes.subtle}>
          <MarkdownContent
            content={props.schema.description}
            linkTarget="_blank"
          />
        </div>
      )}
      {!wish && (
        <Notice tone="error" title={t('form.preview.noWish')}>
          {t('form.preview.noWishRemedy')}
        </Notice>
      )}
      {wish && loading && (
        <div role="status" className={classes.subtle}>
          {t('form.preview.loading')}
        </div>
      )}
      {wish && error && (
        <NoPreviewNotice error={error} loading={loading} onRetry={retry} />
      )}
      {wish && preview && isCurrent && (
        <Previewed preview={preview} wish={wish} onRetry={retry} />
      )}
      {uiSchema['ui:options']?.requestUserCredentials && (
        <UserCredentials
          host={isCurrent ? preview?.repository?.host : undefined}
        />
      )}
    </div>
  );
}
