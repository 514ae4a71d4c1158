import { inventoryOf, quota } from '../views/inventoryOf.testing';
import { liveEvidence } from './clusterEvidence';

const Gi = 2n ** 30n;

describe('the live quota', () => {
  it('is that of the class that binds first, and every other one', () => {
    const cluster = inventoryOf({
      ResourceQuota: [
        quota('60Gi', '1Gi'),
        quota('50Gi', '1Gi', 'second'),
        {
          name: 'all',
          namespace: 'alpha',
          hard: { 'requests.storage': '1Gi' },
        },
      ],
    });
    expect(liveEvidence(cluster, 'alpha')).toEqual({
      known: true,
      bytes: 50n * Gi,
      all: [60n * Gi, 50n * Gi],
    });
    expect(liveEvidence(cluster, 'beta')).toEqual({
      known: true,
      bytes: null,
      all: [],
    });
  });

  it('is not known while it is stale, or can not be read', () => {
    const content = { ResourceQuota: [quota('60Gi', '1Gi')] };
    expect(
      liveEvidence(
        inventoryOf(content, {
          states: {
            ResourceQuota: { state: 'stale', since: 0, message: 'lost' },
          },
        }),
        'alpha',
      ),
    ).toEqual({ known: false });
    expect(
      liveEvidence(
        inventoryOf({ ResourceQuota: [quota('a lot', '1Gi')] }),
        'alpha',
      ),
    ).toEqual({ known: false });
    expect(liveEvidence(undefined, 'alpha')).toEqual({ known: false });
  });
});
