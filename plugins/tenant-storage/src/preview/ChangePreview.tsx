import { Link, MarkdownContent } from '@backstage/core-components';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  StorageChangeKind,
  StorageChangePreview,
  StorageChangePreviewWish,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { Fragment, useCallback, useEffect } from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import {
  ChangeRefusals,
  ChangeWarnings,
  NoPreviewNotice,
  REPLACEABLE,
  UnreadNotice,
} from '../form/ChangeNotices';
import {
  changeOf,
  changeWishOf,
  FollowingChange,
  followingChanges,
} from '../form/changeWish';
import { ChangePreviewProps } from '../form/schema';
import { LatestPreview, usePreview } from '../form/usePreview';
import { FreshnessNotices } from '../freshness/FreshnessNotices';
import { useNow } from '../live/useNow';
import { Notice } from '../panel/Notice';
import { tenantStorageTranslationRef } from '../translation';
import {
  Description,
  Gates,
  Part,
  ProposedChanges,
  usePreviewStyles,
} from './PreviewParts';
import { UserCredentials } from './UserCredentials';

const useStyles = makeStyles(
  theme => ({
    table: {
      borderCollapse: 'collapse',
      width: '100%',
      tableLayout: 'fixed',
      '& th, & td': {
        padding: theme.spacing(0.75, 2, 0.75, 0),
        [theme.breakpoints.down('sm')]: { paddingRight: theme.spacing(1) },
        textAlign: 'left',
        verticalAlign: 'top',
        overflowWrap: 'anywhere',
        borderBottom: `1px solid ${theme.palette.divider}`,
      },
      '& thead th': { color: theme.palette.textSubtle, fontWeight: 400 },
      '& tbody th': { fontWeight: 400 },
    },
    what: {
      width: '28%',
      [theme.breakpoints.down('sm')]: { width: '22%' },
    },
    noteHead: { [theme.breakpoints.down('sm')]: { width: '22%' } },
    note: { color: theme.palette.textSubtle },
    then: { fontWeight: 700 },
  }),
  { name: 'TenantStorageChangePreview' },
);

/** A value whose lines may end after a slash: paths, and access modes with their volume modes. */
function withBreaks(value: string) {
  return value.split(/(?<=\/)(?=\w)/).map((part, at) => (
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function ImpactTable({ impact }: Pick<StorageChangePreview, 'impact'>) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <table className={classes.table} aria-label={t('form.change.impact')}>
      <thead>
        <tr>
          <td className={classes.what} />
          <th scope="col">{t('form.size.now')}</th>
          <th scope="col">{t('form.preview.then')}</th>
          <th scope="col" className={classes.noteHead}>
            {t('form.change.note')}
          </th>
        </tr>
      </thead>
      <tbody>
        {impact.map(({ what, before, after, note }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{withBreaks(before ?? '–')}</td>
            <td className={after === before ? undefined : classes.then}>
              {withBreaks(after ?? '–')}
            </td>
            <td className={classes.note}>{note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Previewed(props: { preview: StorageChangePreview; onRetry(): void }) {
  const { preview, onRetry } = props;
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const now = useNow();
  const isRefused = preview.refusals.length > 0;
  const { openRequest } = preview;
  return (
    <>
      {isRefused ? (
        <Notice tone="error" title={t('form.change.refusedTitle')}>
          <ChangeRefusals refusals={preview.refusals} />
        </Notice>
      ) : (
        <p className={classes.summary}>{preview.summary}</p>
      )}
      {preview.changed === false && !isRefused && (
        <Notice tone="info" title={t('form.preview.unchangedTitle')}>
          {t('form.change.unchanged')}
        </Notice>
      )}
      {preview.repositoryProblem !== null && (
        <UnreadNotice problem={preview.repositoryProblem} onRetry={onRetry} />
      )}
      {openRequest && (
        <Notice
          tone="info"
          title={t('form.change.openTitle')}
          action={
            openRequest.pullRequest && (
              <Link to={openRequest.pullRequest.url}>{t('form.openLink')}</Link>
            )
          }
        >
          {t(
            REPLACEABLE.includes(openRequest.state)
              ? 'form.change.open'
              : 'form.change.onItsWay',
            { title: openRequest.title },
          )}
        </Notice>
      )}
      <FreshnessNotices freshness={preview.freshness} errors={[]} now={now} />
      {preview.gates.length > 0 && (
        <Part title={t('form.preview.gates')}>
          <Gates gates={preview.gates} />
        </Part>
      )}
      {preview.warnings.length > 0 && (
        <Part title={t('form.warnings')}>
          <ChangeWarnings warnings={preview.warnings} />
        </Part>
      )}
      {preview.impact.length > 0 && (
        <Part title={t('form.change.impact')}>
          <ImpactTable impact={preview.impact} />
        </Part>
      )}
      <ProposedChanges diff={preview.diff} repository={preview.repository} />
      <Description
        title={preview.title}
        body={preview.body}
        heading={t('form.change.description')}
      />
    </>
  );
}

function isSameUnderCluster(
  a: StorageChangePreviewWish,
  b: StorageChangePreviewWish,
) {
  return a.underCluster === b.underCluster;
}

function useChangePreview(
  change: StorageChangeKind,
  wish: StorageChangePreviewWish | undefined,
): LatestPreview<StorageChangePreview> {
  const api = useApi(tenantStorageApiRef);
  const ask = useCallback(
    (asked: StorageChangePreviewWish, { signal }: { signal: AbortSignal }) =>
      api.previewChange(change, asked, { signal }),
    [api, change],
  );
  return usePreview(wish, ask, isSameUnderCluster);
}

/** The latest preview, or how the asking for it goes. */
function Latest(props: { latest: LatestPreview<StorageChangePreview> }) {
  const { preview, isCurrent, error, loading, retry } = props.latest;
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <>
      {loading && (
        <div role="status" className={classes.subtle}>
          {t('form.preview.loading')}
        </div>
      )}
      {error && (
        <NoPreviewNotice error={error} loading={loading} onRetry={retry} />
      )}
      {preview && isCurrent && <Previewed preview={preview} onRetry={retry} />}
    </>
  );
}

/** What is proposed after the change that the form is about. */
function Following(props: {
  change: StorageChangeKind;
  following: FollowingChange;
}) {
  const { title, wish } = props.following;
  const classes = usePreviewStyles();
  const latest = useChangePreview(props.change, wish);
  return (
    <div
      className={`${classes.root} ${classes.following}`}
      role="group"
      aria-label={title}
      aria-busy={latest.loading}
    >
      <h2 className={classes.summary}>{title}</h2>
      <Latest latest={latest} />
    </div>
  );
}

/**
 * Form field `KmetalChangePreview`: what a change of an under cluster's storage would do, and what would be proposed. The value is the summary; it is
 * there so that the Scaffolder validates the field.
 *
 * @public
 */
export function ChangePreview(props: ChangePreviewProps) {
  const { formData, onChange, uiSchema } = props;
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const options = uiSchema['ui:options'];
  const fields = { ...options, change: options?.change ?? '' };
  const change = changeOf(fields);
  const wish = changeWishOf(props.formContext?.formData, fields);
  const latest = useChangePreview(change, wish);
  const { preview, isCurrent, loading } = latest;

  const words =
    (isCurrent && preview?.summary) ||
    (wish ? wish.underCluster : t('form.change.noWish'));
  useEffect(() => {
    if (formData !== words) onChange(words);
  }, [formData, words, onChange]);

  return (
    <div
      className={classes.root}
      role="group"
      aria-label={props.schema.title ?? t('form.change.title')}
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
        <Notice tone="error" title={t('form.change.noWish')}>
          {t('form.change.noWishRemedy')}
        </Notice>
      )}
      {wish && <Latest latest={latest} />}
      {followingChanges(wish, fields).map(following => (
        <Following
          key={following.title}
          change={change}
          following={following}
        />
      ))}
      {options?.requestUserCredentials && (
        <UserCredentials
          host={isCurrent ? preview?.repository?.host : undefined}
        />
      )}
    </div>
  );
}
