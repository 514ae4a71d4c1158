import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate } from './changePlan';

/** A namespace that is there to stay: into one that is being deleted nothing can be put any more. */
export function namespaceGate(
  { namespaces }: UnderClusterFacts,
  gate: { id: string; title: string; namespace: string },
): ChangeGate {
  const { id, title, namespace } = gate;
  if (namespaces.sight !== 'known') {
    return {
      id,
      title,
      state: 'unknown',
      detail: `Whether the namespace ${namespace} is there can't be seen now.`,
    };
  }
  const found = namespaces.items.find(({ name }) => name === namespace);
  const is = found?.deletedAt ? 'being deleted' : 'there';
  return {
    id,
    title,
    state: found && !found.deletedAt ? 'passed' : 'failed',
    detail: `The namespace ${namespace} is ${found ? is : 'not there'}.`,
  };
}
