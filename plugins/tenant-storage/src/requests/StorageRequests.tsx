import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import Button from '@material-ui/core/Button';
import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { Fragment, useEffect, useMemo, useState } from 'react';
import { reasonOf } from '../api/reason';
import { useNow } from '../live/useNow';
import { Notice } from '../panel/Notice';
import { tenantStorageTranslationRef } from '../translation';
import { NoRows } from '../volumes/NoVolumes';
import { GitHostNotices } from './GitHostNotices';
import { RequestsFilters } from './RequestsFilters';
import { RequestsSection, SectionAnswer } from './RequestsSection';
import { NO_FILTER, useRequestsFilter } from './useRequestsFilter';

const useStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr)',
      gap: theme.spacing(2),
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.5,
    },
  }),
  { name: 'TenantStorageRequests' },
);

// What is stuck has a list of its own, so that it is on top however many pages of others there are.
const STUCK = { state: 'stuck' } as const;
const ON_THEIR_WAY = {
  state: 'preparing,opened,changesRequested,approved,merged,applied',
} as const;
const PAST = { open: 'false' } as const;

type Section = 'stuck' | 'open' | 'past' | 'found';

/** The names that were seen so far: what is filtered away still can be chosen. */
function useSeenNames(requests: readonly StorageRequest[]) {
  const [seen, setSeen] = useState({
    tenants: [] as string[],
    underClusters: [] as string[],
  });
  const found = requests
    .map(({ tenant, underCluster }) => `${underCluster}/${tenant ?? ''}`)
    .join();
  useEffect(() => {
    const pairs = found
      .split(',')
      .filter(Boolean)
      .map(pair => pair.split('/'));
    const also = (known: string[], names: string[]) =>
      [...new Set([...known, ...names])].filter(Boolean).sort();
    setSeen(last => ({
      tenants: also(
        last.tenants,
        pairs.map(([, tenant]) => tenant),
      ),
      underClusters: also(
        last.underClusters,
        pairs.map(([underCluster]) => underCluster),
      ),
    }));
  }, [found]);
  return seen;
}

/** Requests across all tenants that the caller may read: what is stuck, what is open, what is past. */
export function StorageRequests() {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const now = useNow();
  const [filter, change] = useRequestsFilter();
  const [answers, setAnswers] = useState<
    Partial<Record<Section, SectionAnswer>>
  >({});
  // Another attempt is another set of lists, which ask at once.
  const [attempt, setAttempt] = useState(0);
  const heard = useMemo(() => {
    const from = (section: Section) => (answer: SectionAnswer) =>
      setAnswers(last => ({ ...last, [section]: answer }));
    return {
      stuck: from('stuck'),
      open: from('open'),
      past: from('past'),
      found: from('found'),
    };
  }, []);

  const sections: Section[] = filter.state
    ? ['found']
    : ['stuck', 'open', 'past'];
  const shown = sections.map(section => answers[section]);
  const lists = shown.flatMap(answer => answer?.list ?? []);
  const seen = useSeenNames(lists.flatMap(({ items }) => items));
  const error = shown.map(answer => answer?.error).find(Boolean);
  const isNothing = shown.every(answer => answer?.total === 0);
  const isFiltered = Object.values(filter).some(Boolean);
  const which = useMemo(
    () => ({ state: filter.state || undefined }),
    [filter.state],
  );
  // Each list says it, and it is one trouble.
  const hosts = new Map(
    lists
      .flatMap(({ errors }) => errors)
      .map(trouble => [trouble.host, trouble]),
  );

  return (
    <div className={classes.root}>
      {(isFiltered || !isNothing) && (
        <RequestsFilters
          filter={filter}
          tenants={seen.tenants}
          underClusters={seen.underClusters}
          onChange={change}
        />
      )}
      <GitHostNotices errors={[...hosts.values()]} now={now} />
      {error && (
        <Notice
          tone={lists.length === 0 ? 'error' : 'warning'}
          title={t(
            lists.length === 0
              ? 'requestsPage.failedTitle'
              : 'notRefreshed.title',
          )}
          action={
            <Button size="small" onClick={() => setAttempt(last => last + 1)}>
              {t('retry')}
            </Button>
          }
        >
          {reasonOf(error)}
        </Notice>
      )}
      {isNothing && (
        <Paper>
          {isFiltered ? (
            <NoRows title={t('requestsPage.noMatchTitle')}>
              <Typography variant="body2" paragraph>
                {t('requestsPage.noMatch')}
              </Typography>
              <Button
                size="small"
                variant="outlined"
                onClick={() => change(NO_FILTER)}
              >
                {t('requestsPage.clear')}
              </Button>
            </NoRows>
          ) : (
            <NoRows title={t('requestsPage.emptyTitle')}>
              <Typography variant="body2">{t('requestsPage.empty')}</Typography>
            </NoRows>
          )}
        </Paper>
      )}
      {filter.state ? (
        <RequestsSection
          key={`${filter.state} ${attempt}`}
          expected
          title={t('requestsPage.found')}
          which={which}
          filter={filter}
          now={now}
          onAnswer={heard.found}
        />
      ) : (
        <Fragment key={attempt}>
          <RequestsSection
            title={t('requestsPage.stuck')}
            which={STUCK}
            filter={filter}
            now={now}
            onAnswer={heard.stuck}
          />
          <RequestsSection
            title={t('requestsPage.open')}
            which={ON_THEIR_WAY}
            filter={filter}
            now={now}
            expected
            nothing={isNothing ? undefined : t('requestsPage.noOpen')}
            onAnswer={heard.open}
          />
          <RequestsSection
            title={t('requestsPage.past')}
            which={PAST}
            filter={filter}
            now={now}
            onAnswer={heard.past}
          />
        </Fragment>
      )}
    </div>
  );
}
