/**
 * For objects that run once and hold data: Flux deletes what has left Git, and with a VolumeSnapshot or a claim its data
 * (fluxcd.io/flux/components/kustomize/kustomizations, "Garbage collection").
 */
export const NEVER_PRUNED = {
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

/** A name that a form gives, out of parts that are DNS labels: at most 253 characters, as names of branches and objects are. */
export function objectName(...parts: string[]): string {
  return parts.join('.');
}
