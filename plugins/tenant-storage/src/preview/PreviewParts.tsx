import { MarkdownContent } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  QuotaChangePreview,
  StorageChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import CheckIcon from '@material-ui/icons/CheckCircleOutline';
import { ReactNode } from 'react';
import { tenantStorageTranslationRef } from '../translation';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { Diff } from './Diff';

/** The looks of every preview. */
export const usePreviewStyles = makeStyles(
  theme => ({
    root: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr)',
      gap: theme.spacing(2),
      fontSize: theme.typography.pxToRem(14),
      lineHeight: 1.5,
    },
    summary: {
      fontSize: theme.typography.pxToRem(16),
      fontWeight: 700,
      margin: 0,
      overflowWrap: 'anywhere',
    },
    following: {
      paddingTop: theme.spacing(2),
      borderTop: `1px solid ${theme.palette.divider}`,
    },
    heading: {
      fontSize: theme.typography.pxToRem(14),
      fontWeight: 700,
      margin: theme.spacing(0, 0, 0.75),
    },
    subtle: {
      color: theme.palette.textSubtle,
      overflowWrap: 'anywhere',
      '& p': { margin: 0 },
    },
    where: {
      color: theme.palette.textSubtle,
      margin: theme.spacing(0, 0, 0.75),
      overflowWrap: 'anywhere',
    },
    table: {
      borderCollapse: 'collapse',
      width: '100%',
      maxWidth: 640,
      '& th, & td': {
        padding: theme.spacing(0.75, 2, 0.75, 0),
        textAlign: 'left',
        verticalAlign: 'top',
        borderBottom: `1px solid ${theme.palette.divider}`,
      },
      '& thead th': { color: theme.palette.textSubtle, fontWeight: 400 },
      '& tbody th': { fontWeight: 400 },
    },
    then: { fontWeight: 700 },
    besides: { fontWeight: 400, color: theme.palette.textSubtle },
    gates: {
      listStyle: 'none',
      margin: 0,
      padding: 0,
      display: 'grid',
      gap: theme.spacing(0.75),
    },
    gate: {
      display: 'flex',
      gap: theme.spacing(1),
      alignItems: 'flex-start',
      overflowWrap: 'anywhere',
    },
    passed: { color: theme.palette.status.ok, fontSize: 20, flexShrink: 0 },
    details: {
      '& summary': { cursor: 'pointer', width: 'fit-content' },
    },
    description: {
      marginTop: theme.spacing(1),
      padding: theme.spacing(1, 2),
      borderLeft: `3px solid ${theme.palette.divider}`,
      overflowWrap: 'anywhere',
      maxHeight: 420,
      overflow: 'auto',
      // The reason is in a block of code, which would scroll sideways by itself.
      '& pre, & pre code': { whiteSpace: 'pre-wrap !important' },
      '& table': { overflowWrap: 'anywhere' },
    },
  }),
  { name: 'TenantStoragePreviewParts' },
);

/** A part of a preview, with its heading. */
export function Part(props: { title: string; children: ReactNode }) {
  const classes = usePreviewStyles();
  return (
    <section aria-label={props.title}>
      <h3 className={classes.heading}>{props.title}</h3>
      {props.children}
    </section>
  );
}

/** What must be so when a change is approved, and whether it is. */
export function Gates({ gates }: { gates: QuotaChangePreview['gates'] }) {
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  return (
    <ul className={classes.gates}>
      {gates.map(({ id, title, state, detail }) => (
        <li key={id} className={classes.gate}>
          {state === 'passed' ? (
            <CheckIcon aria-hidden className={classes.passed} />
          ) : (
            <SeverityIcon severity={state === 'failed' ? 'error' : 'warning'} />
          )}
          <span>
            {title}: <strong>{t(`form.gate.${state}`)}</strong>. {detail}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The lines that would change, and where. */
export function ProposedChanges({
  diff,
  repository,
}: Pick<StorageChangePreview, 'diff' | 'repository'>) {
  const classes = usePreviewStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  if (diff === '') return null;
  return (
    <Part title={t('form.preview.changes')}>
      {repository && (
        <p className={classes.where}>
          {t('form.preview.where', {
            repository: `${repository.host}/${repository.repository}`,
          })}
        </p>
      )}
      <Diff diff={diff} />
    </Part>
  );
}

/** What the approver gets to read. */
export function Description({
  title,
  body,
  heading,
}: Pick<StorageChangePreview, 'title' | 'body'> & { heading: string }) {
  const classes = usePreviewStyles();
  if (!body) return null;
  return (
    <details className={classes.details}>
      <summary>{heading}</summary>
      <div
        className={classes.description}
        role="region"
        aria-label={heading}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must do so by keyboard
        tabIndex={0}
      >
        <strong>{title}</strong>
        <MarkdownContent content={body} linkTarget="_blank" />
      </div>
    </details>
  );
}
