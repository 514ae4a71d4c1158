import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Freshness,
  Problem,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { Notice } from '../panel/Notice';
import { useTimeText } from '../time/useTimeText';
import { tenantStorageTranslationRef } from '../translation';

const useStyles = makeStyles(
  theme => ({
    problems: { margin: 0, paddingLeft: theme.spacing(2.5) },
    since: { color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageFreshnessNotices' },
);

/** Says, visibly, that an answer is old or not whole, and why. */
export function FreshnessNotices(props: {
  freshness: Freshness;
  errors: Problem[];
  now: number;
}) {
  const { freshness, errors } = props;
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { ago, moment } = useTimeText(props.now);

  const problems = errors.length > 0 && (
    <ul className={classes.problems}>
      {errors.map((problem, index) => (
        <li key={`${problem.kind} ${index}`}>
          {problem.kind &&
            `${t('freshness.problemKind', { kind: problem.kind })} `}
          {problem.message}{' '}
          <span className={classes.since}>
            {t('freshness.problemSince', { time: moment(problem.since) })}
          </span>
        </li>
      ))}
    </ul>
  );
  if (freshness.state === 'stale') {
    return (
      <Notice
        tone="warning"
        title={
          freshness.since
            ? t('freshness.staleTitle', { ago: ago(freshness.since) })
            : t('freshness.partialTitle')
        }
      >
        {problems ||
          (freshness.since &&
            t('freshness.staleText', { time: moment(freshness.since) }))}
      </Notice>
    );
  }
  if (freshness.state === 'syncing') {
    return (
      <Notice tone="info" title={t('freshness.syncingTitle')}>
        {t('freshness.syncingText')}
        {problems}
      </Notice>
    );
  }
  if (freshness.state === 'partial' || errors.length > 0) {
    return (
      <Notice tone="info" title={t('freshness.partialTitle')}>
        {t('freshness.partialText')}
        {problems}
      </Notice>
    );
  }
  return null;
}
