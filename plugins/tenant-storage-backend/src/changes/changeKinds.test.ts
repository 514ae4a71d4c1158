import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  planStorageChange,
  RepositoryFiles,
  storageChanges,
  type StorageChange,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import {
  HEALTHY_PLATFORM,
  inventoryOf,
  NOW,
} from '../views/inventoryOf.testing';
import { CHANGE_KINDS } from './changeKinds';
import { KINDS_OF } from './factKinds.testing';
import { underClusterFactsOf } from './underClusterFacts';

/** The facts that a change looks at, for its plan, its gates and its arrival, whatever its examples ask for. */
function factsReadBy(change: StorageChange): Set<string> {
  const looked = new Set<string>();
  for (const { input } of change.examples) {
    const request = change.read(input);
    const facts = new Proxy<UnderClusterFacts>(
      underClusterFactsOf(inventoryOf(HEALTHY_PLATFORM), {
        namespaces: change.namespacesOf(request),
        openChanges: [],
        now: NOW,
      }),
      {
        get(target, name, receiver) {
          looked.add(String(name));
          return Reflect.get(target, name, receiver);
        },
      },
    );
    change.arrivalOf(request, facts);
    planStorageChange(change, {
      underCluster: 'muc-1',
      input,
      reason: 'Agreed in May.',
      requester: 'user:default/pat',
      repositories: [
        {
          settings: {
            host: 'git.example.com',
            repository: 'acme/fleet',
            newFiles: { storage: '{change}-{object}.yaml' },
          },
          files: RepositoryFiles.from([]),
        },
      ],
      facts,
    });
  }
  return looked;
}

describe.each(storageChanges.map(change => [change.kind, change] as const))(
  'What a preview of the change %s says of its freshness',
  (kind, change) => {
    it('is about all that its planner, its gates and its arrival look at', () => {
      const looked = factsReadBy(change);
      const stoodOn = Object.entries(KINDS_OF)
        .filter(([list]) => looked.has(list))
        .flatMap(([, kinds]) => kinds);

      expect(stoodOn.length).toBeGreaterThan(0);
      expect(
        stoodOn.filter(each => !CHANGE_KINDS[kind].includes(each)),
      ).toEqual([]);
    });

    it('names each kind once', () => {
      expect(new Set(CHANGE_KINDS[kind]).size).toBe(CHANGE_KINDS[kind].length);
    });
  },
);
