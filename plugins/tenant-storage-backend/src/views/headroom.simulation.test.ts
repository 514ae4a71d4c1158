import fc from 'fast-check';
import { headroomOf } from './headroom';
import {
  inventoryOf,
  Mi,
  NOW,
  uidOf,
  type Content,
} from './inventoryOf.testing';
import { quotaLimitsOf } from './quotaLimits';
import { volumeFactsOf } from './volumeFacts';

const CLASS = 'tenant-storage-class';
const CLASS_BYTES = `${CLASS}.storageclass.storage.k8s.io/requests.storage`;
const CLASS_COUNT = `${CLASS}.storageclass.storage.k8s.io/persistentvolumeclaims`;

/** What a claim is, for a quota. */
interface Claim {
  bytes: bigint;
  ofClass: boolean;
}

/** Something that goes on by itself: the claims that it holds at each stage, and stages only ever follow each other. */
type Stages = Claim[][];

interface Situation {
  doubled: boolean;
  overhead: string;
  version: string;
  /** Sizes in MiB. */
  bound: number[];
  otherClass: number[];
  deleting: number[];
  accepted: number[];
  claimed: number[];
  populating: number[];
  /** Of each key, hard minus used: MiB, or a number of claims. */
  slack: Partial<Record<string, number>>;
}

const situation: fc.Arbitrary<Situation> = fc.record({
  doubled: fc.boolean(),
  overhead: fc.constantFrom('0', '0.055', '0.06', '0.2'),
  version: fc.constantFrom('v1.62.0', 'v1.63.0'),
  bound: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 2 }),
  otherClass: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 1 }),
  deleting: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 1 }),
  accepted: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 2 }),
  claimed: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 1 }),
  populating: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 1 }),
  slack: fc.record({
    [CLASS_BYTES]: fc.integer({ min: -200, max: 3000 }),
    'requests.storage': fc.option(fc.integer({ min: -200, max: 3000 }), {
      nil: undefined,
    }),
    [CLASS_COUNT]: fc.option(fc.integer({ min: -1, max: 12 }), {
      nil: undefined,
    }),
    persistentvolumeclaims: fc.option(fc.integer({ min: -1, max: 12 }), {
      nil: undefined,
    }),
    'count/persistentvolumeclaims': fc.option(
      fc.integer({ min: -1, max: 12 }),
      {
        nil: undefined,
      },
    ),
  }),
});

/** CDI's charge for a volume of whole MiB, written down anew. */
function charge(mebibytes: number, { overhead, version }: Situation): bigint {
  const size = mebibytes * 1048576;
  return BigInt(
    Math.ceil(
      version === 'v1.63.0'
        ? size * (1 + Number(overhead))
        : size / (1 - Number(overhead)),
    ),
  );
}

function usedBy(claims: readonly Claim[], key: string): bigint {
  const counted = claims.filter(
    claim => claim.ofClass || !key.startsWith(CLASS),
  );
  return key.endsWith('requests.storage')
    ? counted.reduce((sum, claim) => sum + claim.bytes, 0n)
    : BigInt(counted.length);
}

/** What is there, what goes on, and the quota, as a model and as Kubernetes would show them. */
function arrange(given: Situation) {
  const still: Claim[] = [];
  const going: Stages[] = [];
  const content: Required<
    Pick<Content, 'PersistentVolumeClaim' | 'DataVolume'>
  > = { PersistentVolumeClaim: [], DataVolume: [] };
  let number = 0;
  const claimRecord = (
    name: string,
    bytes: bigint,
    more: Partial<(typeof content.PersistentVolumeClaim)[number]> = {},
  ) => {
    content.PersistentVolumeClaim.push({
      name,
      namespace: 'alpha',
      requested: bytes,
      ...more,
    });
  };
  const next = () => {
    number += 1;
    return { name: `pvc-${uidOf(number)}`, uid: uidOf(1000 + number) };
  };
  const dataVolume = (name: string, size: number, phase: string) => {
    content.DataVolume.push({
      name,
      namespace: 'alpha',
      requested: BigInt(size) * Mi,
      phase,
    });
  };

  for (const size of given.bound) {
    const { name } = next();
    const bytes = charge(size, given);
    still.push({ bytes, ofClass: true });
    claimRecord(name, bytes);
    dataVolume(name, size, 'Succeeded');
  }
  for (const size of given.otherClass) {
    const bytes = BigInt(size) * Mi;
    still.push({ bytes, ofClass: false });
    claimRecord(next().name, bytes, { storageClass: 'local-path' });
  }
  for (const size of given.deleting) {
    const bytes = charge(size, given);
    going.push([[{ bytes, ofClass: true }], []]);
    claimRecord(next().name, bytes, { deletedAt: NOW - 1000 });
  }
  const stagesOf = (bytes: bigint, from: number): Stages => {
    const claim = { bytes, ofClass: true };
    const stages = given.doubled
      ? [[], [claim], [claim, claim], [claim]]
      : [[], [claim]];
    return stages.slice(from);
  };
  for (const size of given.accepted) {
    const { name } = next();
    going.push(stagesOf(charge(size, given), 0));
    dataVolume(name, size, 'Pending');
  }
  for (const size of given.claimed) {
    const { name, uid } = next();
    const bytes = charge(size, given);
    going.push(stagesOf(bytes, 1));
    claimRecord(name, bytes, { uid, phase: 'Pending' });
    dataVolume(name, size, 'PendingPopulation');
  }
  if (given.doubled) {
    for (const size of given.populating) {
      const { name, uid } = next();
      const bytes = charge(size, given);
      going.push(stagesOf(bytes, 2));
      claimRecord(name, bytes, { uid, phase: 'Pending' });
      claimRecord(`prime-${uid}`, bytes);
      dataVolume(name, size, 'ImportInProgress');
    }
  }

  const present = [...still, ...going.flatMap(stages => stages[0])];
  const hard: Record<string, string> = {};
  const used: Record<string, string> = {};
  for (const [key, slack] of Object.entries(given.slack)) {
    if (slack === undefined) continue;
    const unit = key.endsWith('requests.storage') ? Mi : 1n;
    const now = usedBy(present, key);
    const limit = now + BigInt(slack) * unit;
    used[key] = `${now}`;
    hard[key] = `${limit < 0n ? 0n : limit}`;
  }
  const cluster = inventoryOf({
    ...content,
    ResourceQuota: [{ name: 'q', namespace: 'alpha', hard, used }],
    StorageClass: [{ name: CLASS, provisioner: 'driver.example' }],
    CSIDriver: given.doubled ? [{ name: 'driver.example' }] : [],
    StorageProfile: [
      {
        name: CLASS,
        effective: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    ],
    CDI: [{ name: 'cdi', version: given.version }],
    CDIConfig: [{ name: 'config', overheadGlobal: given.overhead }],
  });
  return { cluster, still, going, hard };
}

/** Quota admission of one more claim, as the API server does it: only keys that the claim counts for are asked. */
function isAdmitted(
  present: readonly Claim[],
  claim: Claim,
  hard: Record<string, string>,
): boolean {
  return Object.entries(hard).every(([key, limit]) => {
    const before = usedBy(present, key);
    const after = usedBy([...present, claim], key);
    return after === before || after <= BigInt(limit);
  });
}

/**
 * Lets everything go on in every possible order while a volume is created, and tells whether the volume is ever refused. What else is
 * refused tries again later.
 */
function isEverRefused(
  still: readonly Claim[],
  going: readonly Stages[],
  created: Stages,
  hard: Record<string, string>,
): boolean {
  const all = [...going, created];
  const seen = new Set<string>();
  const pending: number[][] = [all.map(() => 0)];
  while (pending.length > 0) {
    const at = pending.pop()!;
    if (seen.has(at.join())) continue;
    seen.add(at.join());
    const present = [...still, ...at.flatMap((stage, i) => all[i][stage])];
    for (let i = 0; i < all.length; i++) {
      const stages = all[i];
      if (at[i] + 1 >= stages.length) continue;
      const isCreation = stages[at[i] + 1].length > stages[at[i]].length;
      const [claim] = stages[at[i] + 1];
      if (!isCreation || isAdmitted(present, claim, hard)) {
        pending.push(at.map((stage, j) => (j === i ? stage + 1 : stage)));
      } else if (i === all.length - 1) {
        return true;
      }
    }
  }
  return false;
}

describe('headroom, played through in every order in which things can happen', () => {
  it('is never refused at any step, and one MiB more is, in some order', () => {
    fc.assert(
      fc.property(situation, given => {
        const { cluster, still, going, hard } = arrange(given);
        const { headroom } = headroomOf(
          cluster,
          quotaLimitsOf(cluster, 'alpha'),
          volumeFactsOf(cluster, 'alpha'),
        );
        expect(headroom.state).toBe('known');
        const bytes = BigInt(headroom.bytes!);
        expect(bytes % Mi).toBe(0n);
        const mebibytes = Number(bytes / Mi);
        const creationOf = (size: number): Stages => {
          const claim = { bytes: charge(size, given), ofClass: true };
          return given.doubled
            ? [[], [claim], [claim, claim], [claim]]
            : [[], [claim]];
        };
        // Nothing is no volume: only what is promised must never be refused.
        expect(
          mebibytes > 0 &&
            isEverRefused(still, going, creationOf(mebibytes), hard),
        ).toBe(false);
        expect(
          isEverRefused(still, going, creationOf(mebibytes + 1), hard),
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('meets situations with headroom and without, and with something to keep back', () => {
    const seen = { some: 0, none: 0, keptBack: 0 };
    fc.assert(
      fc.property(situation, given => {
        const { cluster } = arrange(given);
        const { headroom } = headroomOf(
          cluster,
          quotaLimitsOf(cluster, 'alpha'),
          volumeFactsOf(cluster, 'alpha'),
        );
        seen[headroom.bytes === '0' ? 'none' : 'some'] += 1;
        if (headroom.bytes !== '0' && headroom.inFlight !== '0') {
          seen.keptBack += 1;
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(seen.some).toBeGreaterThan(100);
    expect(seen.none).toBeGreaterThan(100);
    expect(seen.keptBack).toBeGreaterThan(50);
  });
});
