import type { ReadyRecord } from '../../inventory/records';
import { conditionsOf, withoutAbsent } from './rawObject';
import type { RawObject } from './rawObject';

/** The condition Ready of an object of Flux; null if it has none yet. */
export function readyOf(raw: RawObject): ReadyRecord | null {
  const ready = conditionsOf(raw).find(({ type }) => type === 'Ready');
  return ready
    ? withoutAbsent({
        status: ready.status,
        reason: ready.reason,
        message: ready.message,
        since: ready.at,
      })
    : null;
}
