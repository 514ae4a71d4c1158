import { useTranslationRef } from '@backstage/frontend-plugin-api';
import IconButton from '@material-ui/core/IconButton';
import Tooltip from '@material-ui/core/Tooltip';
import CheckIcon from '@material-ui/icons/Check';
import CopyIcon from '@material-ui/icons/FileCopyOutlined';
import { useEffect, useState } from 'react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import { tenantStorageTranslationRef } from '../translation';

/** Copies a text; says so for three seconds. */
export function CopyButton(props: { text: string; what: string }) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const [, copyOldWay] = useCopyToClipboard();
  const [outcome, setOutcome] = useState<'done' | 'failed'>();
  useEffect(() => {
    if (!outcome) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), 3000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      // Only pages served over TLS, or from localhost, have navigator.clipboard.
      if (navigator.clipboard) await navigator.clipboard.writeText(props.text);
      else copyOldWay(props.text);
      setOutcome('done');
    } catch {
      setOutcome('failed');
    }
  };

  const label = outcome
    ? t(`copy.${outcome}`)
    : t('copy.action', { what: props.what });
  return (
    <>
      <Tooltip title={label}>
        <IconButton
          size="small"
          aria-label={t('copy.action', { what: props.what })}
          onClick={copy}
        >
          {outcome === 'done' ? (
            <CheckIcon style={{ fontSize: 16 }} />
          ) : (
            <CopyIcon style={{ fontSize: 16 }} />
          )}
        </IconButton>
      </Tooltip>
      <span
        role="status"
        style={{ position: 'absolute', clip: 'rect(0 0 0 0)', width: 1 }}
      >
        {outcome && t(`copy.${outcome}`)}
      </span>
    </>
  );
}
