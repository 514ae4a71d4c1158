import {
  storageChanges,
  type StorageChange,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { CHANGE_KINDS } from '../changes/changeKinds';
import { underClusterFactsOf } from '../changes';
import type { KindState } from '../inventory/records';
import {
  HEALTHY_PLATFORM,
  inventoryOf,
  NOW,
} from '../views/inventoryOf.testing';
import {
  storageChangeEvidence,
  type LiveFactsOf,
} from './storageChangeEvidence';

const SIGHTS: KindState[] = [
  { state: 'stale', since: NOW - 60_000, message: 'The connection was cut' },
  { state: 'notPermitted', since: NOW, message: 'Forbidden' },
  { state: 'syncing', since: NOW },
];

/** What is there is all right, as far as it was ever seen. */
function factsOf(change: StorageChange, sight: KindState): LiveFactsOf {
  const states = Object.fromEntries(
    CHANGE_KINDS[change.kind].map(kind => [kind, sight]),
  );
  return (_, about) =>
    underClusterFactsOf(inventoryOf(HEALTHY_PLATFORM, { states }), {
      ...about,
      now: NOW,
    });
}

describe.each(
  storageChanges.flatMap(change =>
    change.examples.map(
      ({ description, input }) =>
        [`${change.kind}: ${description}`, change, input] as const,
    ),
  ),
)('What an under cluster tells of %s', (_, change, input) => {
  const asked = { underCluster: 'muc-1', change: change.kind, input };

  it.each(SIGHTS.map(sight => [sight.state, sight] as const))(
    'opens no gate and tells of no arrival by what is %s',
    (__, sight) => {
      const { live, gates } = storageChangeEvidence(
        asked,
        [],
        factsOf(change, sight),
      );
      expect(gates.filter(({ state }) => state === 'passed')).toEqual([]);
      expect(live).toEqual({ known: false });
    },
  );

  it('is nothing where the portal knows no such under cluster', () => {
    expect(storageChangeEvidence(asked, [], () => undefined)).toEqual({
      live: { known: false },
      gates: [expect.objectContaining({ state: 'unknown' })],
    });
  });
});
