import { useTranslationRef } from '@backstage/frontend-plugin-api';
import Button from '@material-ui/core/Button';
import LinearProgress from '@material-ui/core/LinearProgress';
import Table from '@material-ui/core/Table';
import TableBody from '@material-ui/core/TableBody';
import TableCell from '@material-ui/core/TableCell';
import TableContainer from '@material-ui/core/TableContainer';
import TableHead from '@material-ui/core/TableHead';
import TableRow from '@material-ui/core/TableRow';
import TableSortLabel from '@material-ui/core/TableSortLabel';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import Skeleton from '@material-ui/lab/Skeleton';
import { useCallback, useEffect, useState } from 'react';
import { reasonOf } from '../api/reason';
import { useVolumes } from '../live/useTenant';
import { OnlyPage, Pages } from '../panel/Pages';
import { Panel } from '../panel/Panel';
import { tenantStorageTranslationRef } from '../translation';
import { useColumnStyles } from './columns';
import { NoRows, NoVolumesYet } from './NoVolumes';
import { PAGE_SIZE, SortKey, useVolumesQuery } from './useVolumesQuery';
import { VolumeRow } from './VolumeRow';
import { VolumesFilters } from './VolumesFilters';

const useStyles = makeStyles(
  {
    progress: { height: 2 },
    quiet: { height: 2 },
    outdated: { opacity: 0.6 },
    hiddenText: {
      position: 'absolute',
      clip: 'rect(0 0 0 0)',
      overflow: 'hidden',
      width: 1,
      height: 1,
    },
  },
  { name: 'TenantStorageVolumes' },
);

const COLUMNS: {
  label:
    | 'state'
    | 'name'
    | 'charged'
    | 'cluster'
    | 'node'
    | 'attachedTo'
    | 'mode'
    | 'age';
  sort?: SortKey;
  align?: 'right';
  shown?: 'medium' | 'wide' | 'widest';
}[] = [
  { label: 'state', sort: 'state' },
  { label: 'name', sort: 'name' },
  { label: 'charged', sort: 'charged', align: 'right' },
  { label: 'cluster', sort: 'tenantCluster', shown: 'medium' },
  { label: 'node', sort: 'node', shown: 'wide' },
  { label: 'attachedTo', shown: 'wide' },
  { label: 'mode', shown: 'widest' },
  { label: 'age', sort: 'createdAt', align: 'right' },
];

/** The volumes of a tenant: searched, filtered, sorted and paged by the backend. */
export function Volumes(props: {
  underCluster: string;
  tenant: string;
  tenantClusters: string[];
  /** The class that tenants' volumes are made of; a row names its class only if it is another. */
  tenantClass: string;
  now: number;
}) {
  const { underCluster, tenant, now } = props;
  const classes = useStyles();
  const columns = useColumnStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const table = useVolumesQuery();
  const answer = useVolumes(underCluster, tenant, table.query);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const list = answer.value?.list;
  const nextCursor = list?.nextCursor;
  // The rows of the last question stay until the new one is answered.
  const current = answer.value?.query === table.query;

  const toggle = useCallback(
    (name: string) =>
      setOpen(last => {
        const next = new Set(last);
        if (!next.delete(name)) next.add(name);
        return next;
      }),
    [],
  );

  // A cursor that the backend no longer takes (it was restarted, say) is no reason to show nothing.
  const { page, firstPage } = table;
  const status = (answer.error as { statusCode?: number } | undefined)
    ?.statusCode;
  const cursorRefused = status === 400 && page > 0;
  useEffect(() => {
    if (cursorRefused) firstPage();
  }, [cursorRefused, firstPage]);
  // The last row of the last page may go while it is looked at.
  const pageIsGone = page > 0 && current && list?.items.length === 0;
  useEffect(() => {
    if (pageIsGone) firstPage();
  }, [pageIsGone, firstPage]);

  const from = page * PAGE_SIZE + 1;
  const range =
    current &&
    list &&
    list.items.length > 0 &&
    t('volumes.range', {
      from: String(from),
      to: String(from + list.items.length - 1),
      total: list.total.toLocaleString(),
    });

  let instead;
  if (!list && answer.error) {
    instead = (
      <NoRows title={t('volumes.failedTitle')}>
        <Typography variant="body2" paragraph>
          {reasonOf(answer.error)}
        </Typography>
        <Button size="small" variant="outlined" onClick={answer.refresh}>
          {t('retry')}
        </Button>
      </NoRows>
    );
  } else if (list?.items.length === 0) {
    if (table.filtered) {
      instead = (
        <NoRows title={t('volumes.noMatchTitle')}>
          <Typography variant="body2" paragraph>
            {t('volumes.noMatch')}
          </Typography>
          <Button size="small" variant="outlined" onClick={table.clear}>
            {t('volumes.clear')}
          </Button>
        </NoRows>
      );
    } else if (
      list.errors.some(
        ({ kind }) => kind === null || kind === 'PersistentVolumeClaim',
      ) ||
      list.freshness.state === 'syncing'
    ) {
      instead = (
        <NoRows
          title={t(
            list.freshness.state === 'syncing'
              ? 'volumes.syncingTitle'
              : 'volumes.unseenTitle',
          )}
        >
          {list.errors.map((problem, index) => (
            <Typography key={`${problem.kind} ${index}`} variant="body2">
              {problem.message}
            </Typography>
          ))}
        </NoRows>
      );
    } else {
      instead = <NoVolumesYet />;
    }
  }

  return (
    <Panel
      flush
      title={t('volumes.title')}
      aside={
        <span role="status" className={classes.hiddenText}>
          {current ? range : t('volumes.refreshing')}
        </span>
      }
    >
      <VolumesFilters
        filter={table.filter}
        tenantClusters={props.tenantClusters}
        onChange={table.setFilter}
      />
      {answer.loading && !current ? (
        <LinearProgress
          className={classes.progress}
          aria-label={t('volumes.refreshing')}
        />
      ) : (
        <div className={classes.quiet} />
      )}
      {instead ?? (
        <TableContainer>
          <Table
            size="small"
            aria-label={t('volumes.caption', { tenant })}
            aria-busy={!current}
            className={current || !list ? undefined : classes.outdated}
          >
            <TableHead>
              <TableRow>
                <TableCell className={columns.expand}>
                  <span className={classes.hiddenText}>
                    {t('volumes.details')}
                  </span>
                </TableCell>
                {COLUMNS.map(column => {
                  const sorted = table.sort.key === column.sort;
                  // The youngest is what was created last.
                  const descending =
                    table.sort.descending !== (column.label === 'age');
                  const direction = descending ? 'desc' : 'asc';
                  return (
                    <TableCell
                      key={column.label}
                      align={column.align}
                      sortDirection={sorted ? direction : undefined}
                      className={`${columns.cell} ${columns.nowrap} ${
                        column.shown ? columns[column.shown] : ''
                      }`}
                    >
                      {column.sort ? (
                        <TableSortLabel
                          active={sorted}
                          direction={sorted ? direction : 'asc'}
                          onClick={() => table.sortBy(column.sort!)}
                        >
                          {t(`volumes.${column.label}`)}
                        </TableSortLabel>
                      ) : (
                        t(`volumes.${column.label}`)
                      )}
                    </TableCell>
                  );
                })}
              </TableRow>
            </TableHead>
            <TableBody>
              {list
                ? list.items.map(volume => (
                    <VolumeRow
                      key={volume.name}
                      underCluster={underCluster}
                      tenant={tenant}
                      volume={volume}
                      tenantClass={props.tenantClass}
                      now={now}
                      freshness={list.freshness}
                      open={open.has(volume.name)}
                      onToggle={toggle}
                    />
                  ))
                : [0, 1, 2, 3, 4].map(row => (
                    <TableRow key={row} data-testid="volume-skeleton">
                      <TableCell colSpan={9} className={columns.cell}>
                        <Skeleton height={24} />
                      </TableCell>
                    </TableRow>
                  ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
      {list && list.items.length > 0 && (page > 0 || nextCursor) ? (
        <Pages
          label={t('volumes.title')}
          range={range || t('volumes.refreshing')}
          previous={{
            label: t('volumes.previous'),
            turn: page > 0 && current ? table.previousPage : undefined,
          }}
          next={{
            label: t('volumes.next'),
            turn:
              nextCursor && current
                ? () => table.nextPage(nextCursor)
                : undefined,
          }}
        />
      ) : (
        range && <OnlyPage range={range} />
      )}
    </Panel>
  );
}
