import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  formatBytes,
  formatExactBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import { ReactNode } from 'react';
import { tenantStorageTranslationRef } from '../translation';
import { Unknown } from './Unknown';

const useStyles = makeStyles(
  theme => ({
    exact: {
      fontVariantNumeric: 'tabular-nums',
      borderRadius: theme.shape.borderRadius,
      '&:focus-visible': {
        outline: `2px solid ${theme.palette.primary.main}`,
        outlineOffset: 2,
      },
    },
  }),
  { name: 'TenantStorageSize' },
);

/** Words about a size, with the exact number on hover and, where it is not one of very many, on focus. */
export function ExactTooltip(props: {
  exact: ReactNode;
  focusable?: boolean;
  children: ReactNode;
}) {
  const classes = useStyles();
  return (
    <Tooltip title={<>{props.exact}</>}>
      {/* A size is no control, but the exact number must be had without a mouse. */}
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex */}
      <span
        className={classes.exact}
        tabIndex={props.focusable ? 0 : undefined}
      >
        {props.children}
      </span>
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex */}
    </Tooltip>
  );
}

/** A size in binary units, the exact bytes on hover; `null` is "unknown". */
export function Size(props: {
  bytes: string | bigint | null;
  focusable?: boolean;
  /** More to say on hover. */
  also?: string;
}) {
  if (props.bytes === null) return <Unknown />;
  const bytes = BigInt(props.bytes);
  return (
    <ExactTooltip
      focusable={props.focusable}
      exact={
        <>
          {formatExactBytes(bytes)}
          {props.also && (
            <>
              <br />
              {props.also}
            </>
          )}
        </>
      }
    >
      {formatBytes(bytes)}
    </ExactTooltip>
  );
}

/** The size in words, with the exact bytes written out. */
export function ExactSize(props: { bytes: string | null }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  if (props.bytes === null) return <>{t('unknown')}</>;
  const bytes = BigInt(props.bytes);
  return (
    <>
      {formatBytes(bytes)} ({formatExactBytes(bytes)})
    </>
  );
}
