import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeStyles } from '@material-ui/core/styles';
import { alpha } from '@material-ui/core/styles/colorManipulator';
import clsx from 'clsx';
import { useMemo } from 'react';
import { tenantStorageTranslationRef } from '../translation';
import { diffLines } from './diffLines';

const useStyles = makeStyles(
  theme => {
    const background = (color: string) =>
      alpha(color, theme.palette.type === 'dark' ? 0.28 : 0.16);
    return {
      root: {
        margin: 0,
        maxHeight: '70vh',
        overflow: 'auto',
        border: `1px solid ${theme.palette.divider}`,
        borderRadius: theme.shape.borderRadius,
        background: theme.palette.background.default,
        color: theme.palette.text.primary,
        fontFamily: 'monospace',
        fontSize: theme.typography.pxToRem(13),
        lineHeight: 1.6,
        '&:focus-visible': {
          outline: `2px solid ${theme.palette.primary.main}`,
          outlineOffset: 1,
        },
      },
      lines: { display: 'block' },
      // Wrapped, because what changes may be at a line's end.
      line: {
        display: 'block',
        padding: theme.spacing(0, 1.5),
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        textDecoration: 'none',
      },
      file: {
        fontWeight: 700,
        padding: theme.spacing(0.5, 1.5),
        borderBottom: `1px solid ${theme.palette.divider}`,
        '&:not(:first-child)': {
          borderTop: `1px solid ${theme.palette.divider}`,
        },
      },
      place: { color: theme.palette.textSubtle },
      added: { background: background(theme.palette.status.ok) },
      removed: { background: background(theme.palette.status.error) },
      same: {},
    };
  },
  { name: 'TenantStorageDiff' },
);

/** A unified diff, coloured; the signs at the lines' beginnings say the same. Lines wrap; a long one scrolls within itself. */
export function Diff(props: { diff: string }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const lines = useMemo(() => diffLines(props.diff), [props.diff]);
  return (
    // A region that scrolls must be reachable by keyboard.
    /* eslint-disable jsx-a11y/no-noninteractive-tabindex */
    <pre
      role="region"
      tabIndex={0}
      aria-label={t('form.preview.diff')}
      className={classes.root}
    >
      <code className={classes.lines}>
        {lines.map(({ kind, text }, index) => {
          const Line = ({ added: 'ins', removed: 'del' } as const)[
            kind as 'added'
          ] as 'ins' | 'del' | undefined;
          const className = clsx(classes.line, classes[kind]);
          const shown = `${text.replace(/\r$/, '')}\n`;
          return Line ? (
            <Line key={index} className={className}>
              {shown}
            </Line>
          ) : (
            <span key={index} className={className}>
              {shown}
            </span>
          );
        })}
      </code>
    </pre>
    /* eslint-enable jsx-a11y/no-noninteractive-tabindex */
  );
}
