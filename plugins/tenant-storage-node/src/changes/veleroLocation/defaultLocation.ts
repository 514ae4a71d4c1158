import type { Planning } from '../storageChange';
import { API_GROUP, inGit, KIND, refuseForeign } from './locationInGit';
import type { VeleroLocationRequest } from './request';

/** Two requests that are open at once would each unset the default of before, and leave that of the other. */
function refuseSecondMove({
  facts,
  request,
  refuse,
}: Planning<VeleroLocationRequest>): void {
  const other = facts.openChanges.find(
    ({ change, object, merged, input }) =>
      change === 'velero-location' &&
      object !== request.name &&
      !merged &&
      input.default === true &&
      (input.namespace || 'velero') === request.namespace,
  );
  if (request.default !== true || !other) return;
  refuse({
    code: 'defaultTaken',
    field: 'default',
    problem: `A request that is open makes ${other.object} the default: with both merged there would be two.`,
    remedy: 'Wait until that is merged, or withdraw it.',
  });
}

/** Every other default becomes none, in the same change: of two, Velero takes either. */
export function moveDefault(
  planning: Planning<VeleroLocationRequest>,
): string[] {
  const { draft, facts, request } = planning;
  const { namespace, name } = request;
  refuseSecondMove(planning);
  const live = new Set<string>();
  for (const each of facts.backupLocations.items) {
    if (each.default && each.namespace === namespace && each.name !== name) {
      refuseForeign(planning, each, 'default', 'is the default now');
      live.add(each.name);
    }
  }
  const moved: string[] = [];
  const others = draft
    .list({ apiGroup: API_GROUP, kind: KIND })
    .filter(each => each.namespace === namespace && each.name !== name);
  for (const { name: other } of others) {
    const there = other && inGit(draft, namespace, other);
    if (there && (there.default || there.isDefaultUnread || live.has(other))) {
      // What can't be read can't be edited either, and is refused here.
      draft.set(there.at, ['spec', 'default'], false);
      if (there.default !== false) moved.push(other);
    }
  }
  return moved;
}
