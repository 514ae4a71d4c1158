import type { AppliedBy } from '../../inventory/records';
import { textMapAt } from './rawObject';
import type { RawObject } from './rawObject';

/**
 * Who applies an object, and what becomes of it when they let go of it, is said in these; nothing else is kept, and not
 * `last-applied-configuration`.
 */
const APPLIED_BY =
  /^(?:(?:helm|kustomize)\.toolkit\.fluxcd\.io\/|meta\.helm\.sh\/release-|helm\.sh\/resource-policy$|app\.kubernetes\.io\/(?:managed-by|instance)$)/;

function kept(
  raw: RawObject,
  of: 'labels' | 'annotations',
): Record<string, string> | undefined {
  const entries = Object.entries(textMapAt(raw, 'metadata', of)).filter(
    ([key]) => APPLIED_BY.test(key),
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** The labels and annotations that tell who applies an object; absent if it has none. */
export function appliedBy(raw: RawObject): AppliedBy {
  return { labels: kept(raw, 'labels'), annotations: kept(raw, 'annotations') };
}
