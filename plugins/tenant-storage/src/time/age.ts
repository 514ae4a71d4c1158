/** How long ago, in the largest unit that fits. */
export interface Age {
  unit: 'now' | 'seconds' | 'minutes' | 'hours' | 'days';
  count: number;
}

/**
 * The age of a moment. Clocks differ: what lies in the future is "now".
 *
 * @param time - RFC 3339, or ms since the epoch
 */
export function ageOf(time: string | number, now: number): Age {
  const at = typeof time === 'number' ? time : Date.parse(time);
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 5) return { unit: 'now', count: 0 };
  if (seconds < 60) return { unit: 'seconds', count: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { unit: 'minutes', count: minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { unit: 'hours', count: hours };
  return { unit: 'days', count: Math.floor(hours / 24) };
}

/** A moment as people say it: the time of day, with the date unless it is today's. */
export function momentText(time: string | number, now: number): string {
  const at = new Date(time);
  const sameDay = at.toDateString() === new Date(now).toDateString();
  return at.toLocaleString(undefined, {
    ...(sameDay ? {} : { dateStyle: 'medium' }),
    timeStyle: 'short',
  });
}
