import type { StorageChange } from '@kmetal/backstage-plugin-tenant-storage-node';
import { ActionBench } from './action.test.bench';
import { createStorageChangeAction } from './actions/storageChange';
import type { FleetFile } from './gitHub.test.server';

/** The action of a change between a backend and a Git host that are real HTTP servers. */
export class StorageChangeBench extends ActionBench<Record<string, unknown>> {
  constructor(
    change: StorageChange,
    input: Record<string, unknown>,
    files: Record<string, FleetFile>,
  ) {
    super({
      wish: { underCluster: 'muc-1', ...input, reason: 'Agreed in May.' },
      files,
      actionOf: options => createStorageChangeAction(change, options),
    });
  }

  /** What the action wrote for a branch, by folder and by path in the repository. */
  files(branch: string): unknown {
    return this.workspace.content({ path: `kmetal-storage-changes/${branch}` });
  }
}
