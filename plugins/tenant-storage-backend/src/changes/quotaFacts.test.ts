import {
  smallestUnblockingQuota,
  type QuotaFacts,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import fc from 'fast-check';
import {
  DOUBLING_PLATFORM,
  eventAbout,
  Gi,
  HEALTHY_PLATFORM,
  inventoryOf,
  Mi,
  NOW,
  quota,
  together,
  uidOf,
  type Content,
} from '../views/inventoryOf.testing';
import { quotaFactsOf } from './quotaFacts';

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
const unseen = {
  state: 'notPermitted' as const,
  since: NOW,
  message: 'forbidden',
};
const missing = { ...unseen, state: 'notInstalled' as const };

type Options = Parameters<typeof inventoryOf>[1];

function facts(
  content: Content,
  asked: { size?: bigint; fleet?: boolean } = {},
  options?: Options,
): QuotaFacts {
  return quotaFactsOf(inventoryOf(content, options), 'alpha', {
    sizeBytes: asked.size,
    fleet: asked.fleet ?? false,
    now: NOW,
  });
}

const nameOf = (number: number) => `pvc-${uidOf(number)}`;

/** A volume whose claim the quota refused. */
function refused(number: number, requested: bigint): Content {
  const name = nameOf(number);
  return {
    DataVolume: [
      {
        name,
        namespace: 'alpha',
        phase: 'Pending',
        requested,
        tenantCluster: 'blue',
      },
    ],
    Event: [
      eventAbout(
        'DataVolume',
        name,
        'ErrExceededQuota',
        'exceeded quota: alpha-storage',
      ),
    ],
  };
}

const chargeOf = (size: bigint) => BigInt(Math.ceil(Number(size) * 1.06));

describe('What a plan for a quota is told', () => {
  it('is every limit, who applies each quota, what is charged, and what is left', () => {
    const told = facts(
      together(HEALTHY_PLATFORM, {
        ResourceQuota: [
          {
            ...quota('50Gi', '45Gi'),
            labels: { 'kustomize.toolkit.fluxcd.io/name': 'tenants' },
          },
          {
            name: 'all',
            namespace: 'alpha',
            hard: { 'requests.storage': '100Gi' },
            used: { 'requests.storage': '45Gi' },
          },
        ],
        PersistentVolumeClaim: [
          { name: nameOf(1), namespace: 'alpha', requested: 45n * Gi },
        ],
      }),
    );

    expect(told).toMatchObject({
      isTenant: true,
      storageClass: 'tenant-storage-class',
      quotaState: 'limited',
      limits: [
        { quota: 'alpha-storage', key: KEY, hard: `${50n * Gi}` },
        { quota: 'all', key: 'requests.storage', hard: `${100n * Gi}` },
      ],
      quotas: {
        'alpha-storage': {
          labels: { 'kustomize.toolkit.fluxcd.io/name': 'tenants' },
          annotations: {},
        },
        all: { labels: {}, annotations: {} },
      },
      charged: `${45n * Gi}`,
      headroom: { state: 'known', bytes: `${4830n * Mi}` },
      headroomAfter: null,
      pending: [],
      underWay: '0',
      fleet: null,
    });
  });

  it('is the headroom with the size, in the quota of the class that binds', () => {
    const content = together(HEALTHY_PLATFORM, {
      ResourceQuota: [
        quota('50Gi', '45Gi'),
        quota('60Gi', '45Gi', 'another-storage'),
      ],
    });

    // 55Gi - 45Gi = 10Gi, of which 9660 MiB are left to a volume with 6 % on top.
    expect(facts(content, { size: 55n * Gi }).headroomAfter).toMatchObject({
      bytes: `${9660n * Mi}`,
      limitedBy: { quota: 'alpha-storage' },
    });
    expect(facts(content, { size: 100n * Gi }).headroomAfter).toMatchObject({
      limitedBy: { quota: 'another-storage' },
    });
    expect(facts(content, { size: 45n * Gi }).headroomAfter).toMatchObject({
      bytes: '0',
    });
  });

  it('is the headroom with a new quota, where there is none', () => {
    const content = together(HEALTHY_PLATFORM, {
      TenantControlPlane: [{ name: 'blue', namespace: 'alpha' }],
      PersistentVolumeClaim: [
        { name: nameOf(1), namespace: 'alpha', requested: 5n * Gi },
      ],
    });

    expect(facts(content)).toMatchObject({
      isTenant: true,
      quotaState: 'unlimited',
      headroom: { state: 'unlimited' },
    });
    expect(facts(content, { size: 10n * Gi }).headroomAfter).toMatchObject({
      state: 'known',
      bytes: `${4830n * Mi}`,
      limitedBy: { quota: 'alpha-storage', key: KEY },
    });
  });

  it('is which volumes wait for quota, with what CDI charges for them', () => {
    const told = facts(
      together(
        HEALTHY_PLATFORM,
        { ResourceQuota: [quota('50Gi', '45Gi')] },
        refused(7, 10n * Gi),
      ),
    );

    expect(told.pending).toEqual([
      {
        name: nameOf(7),
        tenantCluster: 'blue',
        charge: `${chargeOf(10n * Gi)}`,
      },
    ]);
    expect(smallestUnblockingQuota(told)).toBe(
      ((45n * Gi + chargeOf(10n * Gi) + Mi - 1n) / Mi) * Mi,
    );
  });

  it('is what volumes under way still take, which do not wait for quota', () => {
    const told = facts(
      together(
        DOUBLING_PLATFORM,
        {
          ResourceQuota: [quota('50Gi', '45Gi')],
          DataVolume: [
            {
              name: nameOf(1),
              namespace: 'alpha',
              phase: 'Pending',
              requested: Gi,
              tenantCluster: 'blue',
            },
          ],
        },
        refused(7, 10n * Gi),
      ),
    );

    expect(told.pending).toHaveLength(1);
    expect(told.underWay).toBe(`${2n * chargeOf(Gi)}`);
    const needed = 45n * Gi + 2n * chargeOf(Gi) + 2n * chargeOf(10n * Gi);
    expect(smallestUnblockingQuota(told)).toBe(((needed + Mi - 1n) / Mi) * Mi);
  });

  it('counts a volume twice where creating takes its size twice, and once when its claim is there', () => {
    const charge = chargeOf(10n * Gi);
    const content = together(DOUBLING_PLATFORM, {
      ResourceQuota: [quota('50Gi', '45Gi')],
    });
    expect(
      facts(together(content, refused(7, 10n * Gi))).pending,
    ).toMatchObject([{ charge: `${2n * charge}` }]);

    const claimed: Content = {
      PersistentVolumeClaim: [
        {
          name: nameOf(7),
          namespace: 'alpha',
          phase: 'Pending',
          requested: charge,
        },
      ],
    };
    expect(
      facts(together(content, refused(7, 10n * Gi), claimed)).pending,
    ).toMatchObject([{ charge: `${charge}` }]);
  });

  it('does not know what a volume takes if CDI does not say', () => {
    const { CDIConfig: _, ...platform } = HEALTHY_PLATFORM;
    expect(
      facts(
        together(
          platform,
          { ResourceQuota: [quota('50Gi', '45Gi')] },
          refused(7, 10n * Gi),
        ),
        {},
        { states: { CDIConfig: unseen } },
      ).pending,
    ).toMatchObject([{ charge: null }]);
  });

  it.each(['DataVolume', 'PersistentVolumeClaim', 'Event'] as const)(
    'does not know what waits if %s objects can not be seen',
    kind => {
      expect(
        facts(
          together(HEALTHY_PLATFORM, {
            ResourceQuota: [quota('50Gi', '45Gi')],
          }),
          {},
          { states: { [kind]: unseen } },
        ).pending,
      ).toBeNull();
    },
  );

  it('knows nothing of quotas that it can not see', () => {
    expect(
      facts(
        together(HEALTHY_PLATFORM, {
          Namespace: [{ name: 'alpha', owner: 'team-alpha' }],
        }),
        { size: 10n * Gi, fleet: true },
        { states: { ResourceQuota: unseen } },
      ),
    ).toMatchObject({
      isTenant: true,
      quotaState: 'unknown',
      limits: [],
      headroom: { state: 'unknown' },
      headroomAfter: { state: 'unknown' },
      fleet: { quotaSum: null },
    });
  });
});

describe('What an approver is told of the whole under cluster', () => {
  const others: Content = {
    ResourceQuota: [
      quota('50Gi', '45Gi'),
      { ...quota('1Ti', '0', 'beta-storage'), namespace: 'beta' },
      { ...quota('2Ti', '0', 'beta-more'), namespace: 'beta' },
      { name: 'q', namespace: 'web', hard: { 'requests.storage': '9Ti' } },
    ],
    TenantControlPlane: [{ name: 'green', namespace: 'gamma' }],
  };
  const fleet = (content: Content, options?: Options) =>
    facts(together(HEALTHY_PLATFORM, content), { fleet: true }, options).fleet;

  it('is the sum of the quotas that bind, of all tenants, and only of the class', () => {
    expect(fleet(others)?.quotaSum).toBe(`${50n * Gi + 1024n * Gi}`);
  });

  it('is no sum if one of them can not be read', () => {
    expect(
      fleet(
        together(others, {
          ResourceQuota: [{ ...quota('lots', '0', 'odd'), namespace: 'beta' }],
        }),
      )?.quotaSum,
    ).toBeNull();
  });

  it('is the capacity that is configured, before any other', () => {
    expect(
      fleet(
        { CSIStorageCapacity: [{ name: 'c', capacity: 1n }] },
        { settings: { capacity: 20n * 1024n * Gi } },
      )?.capacity,
    ).toEqual({ bytes: `${20n * 1024n * Gi}`, source: 'configured' });
  });

  it('is else what the driver can still provision of the class, with what it has provisioned', () => {
    expect(
      fleet({
        CSIStorageCapacity: [
          { name: 'c1', capacity: 300n * Gi },
          { name: 'c2', capacity: 200n * Gi },
          { name: 'c3', capacity: 9000n * Gi, storageClass: 'other' },
        ],
        PersistentVolume: [
          {
            name: 'pv-1',
            storageClass: 'tenant-storage-class',
            capacity: 45n * Gi,
          },
          { name: 'pv-2', storageClass: 'other', capacity: 7n * Gi },
        ],
      })?.capacity,
    ).toEqual({ bytes: `${545n * Gi}`, source: 'CSIStorageCapacity' });
  });

  it.each<[string, Content, Options]>([
    ['nobody says', {}, {}],
    ['the driver does not say', { CSIStorageCapacity: [{ name: 'c' }] }, {}],
    ['it is not installed', {}, { states: { CSIStorageCapacity: missing } }],
    ['it may not be read', {}, { states: { CSIStorageCapacity: unseen } }],
    [
      'what is provisioned can not be seen',
      { CSIStorageCapacity: [{ name: 'c', capacity: Gi }] },
      { states: { PersistentVolume: unseen } },
    ],
  ])('is no capacity if %s', (_, content, options) => {
    expect(fleet(content, options)?.capacity).toBeNull();
  });

  it('is told to nobody else', () => {
    expect(
      JSON.stringify(facts(together(HEALTHY_PLATFORM, others))),
    ).not.toMatch(/beta|gamma|web|1024/);
  });
});

describe('The smallest quota that unblocks', () => {
  interface Claim {
    name: string;
    bytes: bigint;
  }

  /** CDI and the quota's admission, until nothing changes: each volume makes its claim, then, where it doubles, its prime one, which goes. */
  function playedThrough(options: {
    hard: bigint;
    held: bigint;
    waiting: Claim[];
    doubled: boolean;
  }): Claim[] {
    let used = options.held;
    const created = new Set<Claim>();
    const done = new Set<Claim>();
    for (let went = true; went; ) {
      went = false;
      // All claims first, so that no room is left by chance.
      for (const each of options.waiting) {
        if (!created.has(each) && used + each.bytes <= options.hard) {
          created.add(each);
          used += each.bytes;
          went = true;
        }
      }
      for (const each of options.waiting) {
        const prime = options.doubled ? each.bytes : 0n;
        if (
          created.has(each) &&
          !done.has(each) &&
          used + prime <= options.hard
        ) {
          done.add(each);
          went = true;
        }
      }
    }
    return options.waiting.filter(each => !done.has(each));
  }

  interface Situation {
    doubled: boolean;
    /** MiB of volumes that are there. */
    held: number;
    /** MiB of volumes that wait. */
    sizes: number[];
  }

  const situation: fc.Arbitrary<Situation> = fc.record({
    doubled: fc.boolean(),
    held: fc.integer({ min: 0, max: 50_000 }),
    sizes: fc.array(fc.integer({ min: 1, max: 20_000 }), {
      minLength: 1,
      maxLength: 4,
    }),
  });

  function arranged({ doubled, held, sizes }: Situation) {
    const used = BigInt(held) * Mi + 1n;
    return facts(
      together(
        doubled ? DOUBLING_PLATFORM : HEALTHY_PLATFORM,
        { ResourceQuota: [quota(`${used}`, `${used}`)] },
        ...sizes.map((size, index) => refused(index, BigInt(size) * Mi)),
      ),
    );
  }

  it('leaves nothing waiting, in the order that is worst', () => {
    fc.assert(
      fc.property(situation, given => {
        const told = arranged(given);
        const hard = smallestUnblockingQuota(told);
        expect(told.pending).toHaveLength(given.sizes.length);
        expect(
          playedThrough({
            hard: hard!,
            held: BigInt(given.held) * Mi + 1n,
            waiting: given.sizes.map((size, index) => ({
              name: nameOf(index),
              bytes: BigInt(Math.ceil(size * 1048576 * 1.06)),
            })),
            doubled: given.doubled,
          }),
        ).toEqual([]);
      }),
    );
  });

  it('is the smallest in whole MiB with which none is refused on the way, not even for a moment', () => {
    fc.assert(
      fc.property(situation, given => {
        const told = arranged(given);
        // Every claim at the same time, the second ones included: the order that is worst.
        const charged = given.sizes.reduce(
          (sum, size) =>
            sum +
            BigInt(Math.ceil(size * 1048576 * 1.06)) *
              (given.doubled ? 2n : 1n),
          BigInt(given.held) * Mi + 1n,
        );
        const smallest = smallestUnblockingQuota(told)!;
        expect(smallest >= charged).toBe(true);
        expect(smallest - Mi < charged).toBe(true);
      }),
    );
  });
});
