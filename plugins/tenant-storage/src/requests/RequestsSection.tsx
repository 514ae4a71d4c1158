import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ListRequestsQuery,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Table from '@material-ui/core/Table';
import TableBody from '@material-ui/core/TableBody';
import TableCell from '@material-ui/core/TableCell';
import TableContainer from '@material-ui/core/TableContainer';
import TableHead from '@material-ui/core/TableHead';
import TableRow from '@material-ui/core/TableRow';
import { makeStyles } from '@material-ui/core/styles';
import Skeleton from '@material-ui/lab/Skeleton';
import { useEffect } from 'react';
import { useRequests } from '../live/useTenant';
import { Pages } from '../panel/Pages';
import { Panel } from '../panel/Panel';
import { tenantStorageTranslationRef } from '../translation';
import { RequestRow, useRequestColumnStyles } from './RequestRow';
import type { RequestsFilter } from './useRequestsFilter';
import { PAGE_SIZE, useRequestsQuery } from './useRequestsQuery';

const useStyles = makeStyles(
  theme => ({
    outdated: { opacity: 0.6 },
    quiet: { padding: theme.spacing(0, 2, 2), color: theme.palette.textSubtle },
  }),
  { name: 'TenantStorageRequestsSection' },
);

const COLUMNS = ['tenant', 'change', 'who', 'state', 'since', 'link'] as const;

/** What a section found out, for the page around it. */
export interface SectionAnswer {
  /** Undefined until it is known. */
  total?: number;
  error?: Error;
  list?: StorageRequestList;
}

/** Requests of one sort, in a table of their own with pages of its own. */
export function RequestsSection(props: {
  title: string;
  which: Pick<ListRequestsQuery, 'state' | 'open'>;
  filter: RequestsFilter;
  now: number;
  /** Whether the section keeps its place while it loads. */
  expected?: boolean;
  /** What stands in place of the table where there is nothing; without it there is no section then. */
  nothing?: string;
  /** Memoise it. */
  onAnswer(answer: SectionAnswer): void;
}) {
  const { title, onAnswer } = props;
  const classes = useStyles();
  const columns = useRequestColumnStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { query, page, firstPage, nextPage, previousPage } = useRequestsQuery(
    props.filter,
    props.which,
  );
  const answer = useRequests(query);
  const { error } = answer;
  const list = answer.value?.list;
  const nextCursor = list?.nextCursor;
  // The rows of the last question stay until the new one is answered.
  const current = answer.value?.query === query;

  useEffect(
    () => onAnswer({ total: list?.total, error, list }),
    [onAnswer, list, error],
  );
  // The last row of the last page may go while it is looked at.
  const pageIsGone = page > 0 && current && list?.items.length === 0;
  // Nor is a cursor that the backend no longer takes a reason to show nothing.
  const cursorRefused =
    page > 0 &&
    (error as { statusCode?: number } | undefined)?.statusCode === 400;
  useEffect(() => {
    if (pageIsGone || cursorRefused) firstPage();
  }, [pageIsGone, cursorRefused, firstPage]);

  if (list?.items.length === 0 && page === 0) {
    return props.nothing ? (
      <Panel flush title={title}>
        <div className={classes.quiet}>{props.nothing}</div>
      </Panel>
    ) : null;
  }
  // Why it failed is said by the page, once for all its sections. Of what may well be nothing nothing is seen before it is there.
  if (!list && (error || !props.expected)) return null;
  return (
    <Panel flush title={title}>
      <TableContainer>
        <Table
          size="small"
          aria-label={title}
          aria-busy={!current}
          className={`${columns.table} ${
            current || !list ? '' : classes.outdated
          }`}
        >
          <TableHead>
            <TableRow>
              {COLUMNS.map(column => (
                <TableCell
                  key={column}
                  className={`${columns.cell} ${columns.nowrap} ${
                    columns[column]
                  } ${column === 'since' ? columns.wide : ''}`}
                >
                  {t(`requestsPage.${column}`)}
                </TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {list
              ? list.items.map(request => (
                  <RequestRow
                    key={request.id}
                    request={request}
                    now={props.now}
                  />
                ))
              : [0, 1, 2].map(row => (
                  <TableRow key={row}>
                    <TableCell
                      colSpan={COLUMNS.length}
                      className={columns.cell}
                    >
                      <Skeleton
                        height={24}
                        aria-label={t('requestsPage.loading')}
                      />
                    </TableCell>
                  </TableRow>
                ))}
          </TableBody>
        </Table>
      </TableContainer>
      {list && (page > 0 || nextCursor) && (
        <Pages
          label={title}
          range={t('requestsPage.range', {
            from: String(page * PAGE_SIZE + 1),
            to: String(page * PAGE_SIZE + list.items.length),
            total: list.total.toLocaleString(),
          })}
          previous={{
            label: t('requestsPage.previous', { section: title }),
            turn: page > 0 && current ? previousPage : undefined,
          }}
          next={{
            label: t('requestsPage.next', { section: title }),
            turn:
              nextCursor && current ? () => nextPage(nextCursor) : undefined,
          }}
        />
      )}
    </Panel>
  );
}
