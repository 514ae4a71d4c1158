import Tooltip from '@material-ui/core/Tooltip';
import { useTimeText } from './useTimeText';

/** The age of something, with the moment on hover. */
export function AgeOf(props: { time: string; now: number }) {
  const { age } = useTimeText(props.now);
  return (
    <Tooltip title={new Date(props.time).toLocaleString()}>
      <time dateTime={props.time}>{age(props.time)}</time>
    </Tooltip>
  );
}

/** A moment, with its age. */
export function Moment(props: { time: string; now: number }) {
  const { age, moment } = useTimeText(props.now);
  return (
    <time dateTime={props.time}>
      {moment(props.time)} ({age(props.time)})
    </time>
  );
}
