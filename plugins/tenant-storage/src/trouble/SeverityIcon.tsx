import { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import { useTheme } from '@material-ui/core/styles';
import ErrorIcon from '@material-ui/icons/Error';
import InfoIcon from '@material-ui/icons/InfoOutlined';
import WarningIcon from '@material-ui/icons/Warning';

/** A severity's shape and colour. The word stands beside it. */
export function SeverityIcon(props: {
  severity: Trouble['severity'];
  size?: number;
}) {
  const { palette } = useTheme();
  const Icon = { error: ErrorIcon, warning: WarningIcon, info: InfoIcon }[
    props.severity
  ];
  const color = {
    error: palette.status.error,
    warning: palette.status.warning,
    info: palette.textSubtle,
  }[props.severity];
  return (
    <Icon
      aria-hidden
      style={{ color, fontSize: props.size ?? 20, flexShrink: 0 }}
    />
  );
}
