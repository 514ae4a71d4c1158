import { diagnosedVolumesOf } from './volume';
import { headroomOf } from './headroom';
import {
  type Content,
  DOUBLING_PLATFORM,
  Gi,
  HEALTHY_PLATFORM,
  inventoryOf,
  Mi,
  NOW,
  quota,
  together,
  uidOf,
} from './inventoryOf.testing';
import { quotaLimitsOf } from './quotaLimits';

type Options = Parameters<typeof inventoryOf>[1];

function headroom(content: Content, options?: Options) {
  const cluster = inventoryOf(content, options);
  const volumes = diagnosedVolumesOf(cluster, 'alpha', NOW).map(
    ({ facts }) => facts,
  );
  return headroomOf(cluster, quotaLimitsOf(cluster, 'alpha'), volumes);
}

function onPlatform(platform: Content, ...content: Content[]) {
  return headroom(together(platform, ...content)).headroom;
}

const FIVE_LEFT = { ResourceQuota: [quota('50Gi', '45Gi')] };
const notPermitted = {
  state: 'notPermitted' as const,
  since: NOW,
  message: 'forbidden',
};

describe('headroom on a healthy platform', () => {
  it('is the largest volume that fits once the file system has its share', () => {
    const { headroom: answer } = headroom(
      together(HEALTHY_PLATFORM, FIVE_LEFT),
    );
    // 4830 * 1 MiB * 1.06 = 5368512381 <= 5 GiB, and 4831 MiB would be charged 5369623872 more than 5 GiB.
    expect(answer).toEqual({
      state: 'known',
      bytes: `${4830n * Mi}`,
      explanation:
        'A volume of up to 4.7 Gi can be created now. 5 Gi are left of 50 Gi; the file system takes 6 % on top of a volume.',
      limitedBy: {
        quota: 'alpha-storage',
        key: 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage',
      },
      overhead: '0.06',
      doubled: false,
      inFlight: '0',
    });
  });

  it('cannot hold a volume of 10 Gi in a quota of 10 Gi', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, {
      ResourceQuota: [quota('10Gi', '0')],
    });
    expect(BigInt(answer.bytes!)).toBeLessThan(10n * Gi);
    const enough = onPlatform(HEALTHY_PLATFORM, {
      ResourceQuota: [quota('11381663335', '0')],
    });
    expect(enough.bytes).toBe(`${10n * Gi}`);
  });

  it('takes the overhead of the class before the global one', () => {
    expect(
      onPlatform(
        {
          ...HEALTHY_PLATFORM,
          CDIConfig: [
            {
              name: 'config',
              overheadGlobal: '0.5',
              overheadByClass: { 'tenant-storage-class': '0' },
            },
          ],
        },
        FIVE_LEFT,
      ).bytes,
    ).toBe(`${5n * Gi}`);
  });

  it('adds nothing for block volumes', () => {
    const set = { accessModes: ['ReadWriteMany'], volumeMode: 'Block' };
    const answer = onPlatform(
      {
        ...HEALTHY_PLATFORM,
        StorageProfile: [{ name: 'tenant-storage-class', effective: [set] }],
      },
      FIVE_LEFT,
    );
    expect(answer).toMatchObject({
      bytes: `${5n * Gi}`,
      overhead: '0',
      explanation:
        'A volume of up to 5 Gi can be created now. 5 Gi are left of 50 Gi.',
    });
  });

  it('reckons as CDI did before v1.63, when that is what runs', () => {
    const answer = onPlatform(
      {
        ...HEALTHY_PLATFORM,
        CDI: [{ name: 'cdi', version: 'v1.62.1' }],
        CDIConfig: [{ name: 'config', overheadGlobal: '0.055' }],
      },
      FIVE_LEFT,
    );
    // 5120 MiB * 0.945 = 4838.4
    expect(answer).toMatchObject({
      bytes: `${4838n * Mi}`,
      overhead: '0.055',
      explanation:
        'A volume of up to 4.7 Gi can be created now. 5 Gi are left of 50 Gi; the file system takes 5.5 % of what is reserved.',
    });
  });

  it('promises the lower number and says so while the version is not known', () => {
    const answer = onPlatform(
      { ...HEALTHY_PLATFORM, CDI: [{ name: 'cdi', version: undefined }] },
      FIVE_LEFT,
    );
    // 5120 MiB * 0.94 = 4812.8
    expect(answer.bytes).toBe(`${4812n * Mi}`);
    expect(answer.explanation).toContain("CDI's version is not known");
  });

  it('assumes a file system and says so while the mode is not known', () => {
    const answer = onPlatform(
      {
        ...HEALTHY_PLATFORM,
        StorageProfile: [{ name: 'tenant-storage-class' }],
      },
      FIVE_LEFT,
    );
    expect(answer.bytes).toBe(`${4830n * Mi}`);
    expect(answer.explanation).toContain(
      'Whether volumes carry a file system is not known; it is assumed that they do.',
    );
  });

  it('halves where the class is served by a CSI driver', () => {
    const answer = onPlatform(DOUBLING_PLATFORM, FIVE_LEFT);
    // 2.5 GiB = 2560 MiB; 2560 / 1.06 = 2415.09
    expect(answer).toMatchObject({
      bytes: `${2415n * Mi}`,
      doubled: true,
      explanation:
        'A volume of up to 2.3 Gi can be created now. 5 Gi are left of 50 Gi; the file system takes 6 % on top of a volume and creating a volume needs its size twice for a moment.',
    });
  });

  it('is decided by the quota with the least left, of whichever key', () => {
    const { headroom: answer, ordered } = headroom(
      together(HEALTHY_PLATFORM, FIVE_LEFT, {
        ResourceQuota: [
          {
            name: 'everything',
            namespace: 'alpha',
            hard: {
              'requests.storage': '100Gi',
              persistentvolumeclaims: '10',
              'count/persistentvolumeclaims': '20',
              'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims':
                '9',
              'local-path.storageclass.storage.k8s.io/requests.storage': '0',
              'requests.cpu': '0',
            },
            used: {
              'requests.storage': '98Gi',
              persistentvolumeclaims: '3',
              'count/persistentvolumeclaims': '3',
              'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims':
                '3',
            },
          },
          {
            name: 'scoped',
            namespace: 'alpha',
            scoped: true,
            hard: { 'requests.storage': '0' },
            used: { 'requests.storage': '0' },
          },
        ],
      }),
    );
    expect(answer.limitedBy).toEqual({
      quota: 'everything',
      key: 'requests.storage',
    });
    expect(answer.explanation).toContain(
      '2 Gi are left of 100 Gi for all storage classes together',
    );
    expect(ordered.map(({ quota: name, key }) => `${name} ${key}`)).toEqual([
      'everything requests.storage',
      'alpha-storage tenant-storage-class.storageclass.storage.k8s.io/requests.storage',
      'everything tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims',
      'everything persistentvolumeclaims',
      'everything count/persistentvolumeclaims',
    ]);
  });

  it.each([
    ['full', '50Gi', '50Gi', '50 of 50 Gi (100 %) are used'],
    ['over', '50Gi', '60Gi', '60 of 50 Gi (120 %) are used'],
    ['zero', '0', '0', '0 of 0 are used'],
    [
      'a few bytes short of anything',
      '50Gi',
      '53687091100',
      'what is left is less than the smallest volume takes',
    ],
  ])('is nothing when the quota is %s', (_, hard, used, words) => {
    const answer = onPlatform(HEALTHY_PLATFORM, {
      ResourceQuota: [quota(hard, used)],
    });
    expect(answer.state).toBe('known');
    expect(answer.bytes).toBe('0');
    expect(answer.explanation).toContain('No volume can be created now');
    expect(answer.explanation).toContain(words);
  });

  it.each([
    [HEALTHY_PLATFORM, '10', '0', 'are there.'],
    [HEALTHY_PLATFORM, '9', `${4830n * Mi}`, '4.7 Gi'],
    [DOUBLING_PLATFORM, '9', '0', 'creating a volume counts as 2 for a moment'],
  ])(
    'is nothing when the number of volumes leaves no room for one (%#)',
    (platform, used, bytes, words) => {
      const answer = onPlatform(platform, FIVE_LEFT, {
        ResourceQuota: [
          {
            name: 'number',
            namespace: 'alpha',
            hard: { persistentvolumeclaims: '10' },
            used: { persistentvolumeclaims: used },
          },
        ],
      });
      expect(answer.bytes).toBe(bytes);
      expect(answer.explanation).toContain(words);
    },
  );

  it('is unlimited without quota', () => {
    expect(onPlatform(HEALTHY_PLATFORM)).toMatchObject({
      state: 'unlimited',
      bytes: null,
      limitedBy: null,
    });
  });

  it('is unlimited in size where only the number of volumes is limited', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, {
      ResourceQuota: [
        {
          name: 'number',
          namespace: 'alpha',
          hard: { persistentvolumeclaims: '10' },
          used: { persistentvolumeclaims: '7' },
        },
      ],
    });
    expect(answer).toMatchObject({ state: 'unlimited', bytes: null });
    expect(answer.explanation).toContain('3 more volumes can be created');
    const doubling = onPlatform(DOUBLING_PLATFORM, {
      ResourceQuota: [
        {
          name: 'number',
          namespace: 'alpha',
          hard: { persistentvolumeclaims: '10' },
          used: { persistentvolumeclaims: '7' },
        },
      ],
    });
    expect(doubling.explanation).toContain('2 more volumes can be created');
  });

  it('reads limits with a part of a byte as the whole bytes below', () => {
    expect(
      onPlatform(
        {
          ...HEALTHY_PLATFORM,
          CDIConfig: [{ name: 'config', overheadGlobal: '0' }],
        },
        { ResourceQuota: [quota('10.3Gi', '0')] },
      ).bytes,
    ).toBe(`${((103n * Gi) / 10n / Mi) * Mi}`);
  });
});

describe('headroom while volumes are being created', () => {
  const dataVolume = (number: number, requested: bigint) => ({
    name: `pvc-${uidOf(number)}`,
    namespace: 'alpha',
    requested,
    phase: 'Pending',
  });
  const claim = (number: number, requested: bigint) => ({
    name: `pvc-${uidOf(number)}`,
    namespace: 'alpha',
    uid: uidOf(100 + number),
    requested,
    phase: 'Pending',
  });

  it('leaves out what an accepted volume without a claim will take', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
      DataVolume: [dataVolume(1, 2n * Gi)],
    });
    // 2 GiB are charged 2.12 GiB; 2.88 GiB / 1.06 = 2782.18 MiB
    expect(answer).toMatchObject({
      bytes: `${2782n * Mi}`,
      inFlight: '2276332667',
      explanation:
        'A volume of up to 2.7 Gi can be created now. 5 Gi are left of 50 Gi; volumes being created may still take 2.1 Gi and the file system takes 6 % on top of a volume.',
    });
  });

  it('keeps nothing back for a volume that the quota refuses anyway', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
      DataVolume: [dataVolume(1, 100n * Gi)],
    });
    expect(answer).toMatchObject({ bytes: `${4830n * Mi}`, inFlight: '0' });
  });

  it('keeps back for whichever of several goes first', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
      DataVolume: [dataVolume(1, 2n * Gi), dataVolume(2, 3n * Gi)],
    });
    // Both together are charged 5.3 GiB: only one of them fits, and it may be the larger one.
    expect(answer.inFlight).toBe('3414499001');
  });

  it('counts a volume without a prime claim once more where creating takes its size twice', () => {
    const answer = onPlatform(DOUBLING_PLATFORM, FIVE_LEFT, {
      DataVolume: [{ ...dataVolume(1, Gi), phase: 'PendingPopulation' }],
      PersistentVolumeClaim: [claim(1, Gi)],
    });
    expect(answer.inFlight).toBe(`${Gi}`);
  });

  it('counts no prime claim that is there already, nor promises its room', () => {
    const answer = onPlatform(DOUBLING_PLATFORM, FIVE_LEFT, {
      DataVolume: [{ ...dataVolume(1, Gi), phase: 'ImportInProgress' }],
      PersistentVolumeClaim: [
        claim(1, Gi),
        { ...claim(2, Gi), name: `prime-${uidOf(101)}` },
      ],
    });
    expect(answer).toMatchObject({ inFlight: '0', bytes: `${2415n * Mi}` });
  });

  it('counts no prime claim for a clone whose temporary claim is there', () => {
    const answer = onPlatform(DOUBLING_PLATFORM, FIVE_LEFT, {
      DataVolume: [{ ...dataVolume(1, Gi), phase: 'CloneInProgress' }],
      PersistentVolumeClaim: [
        claim(1, Gi),
        { ...claim(2, Gi), name: `tmp-pvc-${uidOf(101)}` },
      ],
    });
    expect(answer.inFlight).toBe('0');
  });

  it('leaves room that a waiting volume takes when a helper goes', () => {
    const content = {
      DataVolume: [dataVolume(1, 6n * Gi)],
      PersistentVolumeClaim: [
        { ...claim(2, 3n * Gi), name: `pvc-${uidOf(2)}-scratch` },
      ],
    };
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, content);
    // 6.36 GiB fit once the 3 GiB are gone, and then 3.36 GiB less are left than now.
    expect(answer.inFlight).toBe(`${6_828_998_001n - 3n * Gi}`);
  });

  it.each(['Succeeded', 'Failed'])(
    'keeps nothing back for a volume that is %s',
    phase => {
      const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
        DataVolume: [{ ...dataVolume(1, 2n * Gi), phase }],
      });
      expect(answer.inFlight).toBe('0');
    },
  );

  it('keeps back for many volumes at once without trying for long', () => {
    const start = performance.now();
    const answer = onPlatform(
      DOUBLING_PLATFORM,
      { ResourceQuota: [quota('500Gi', '0')] },
      {
        DataVolume: Array.from({ length: 200 }, (_, i) =>
          dataVolume(i, BigInt(i * i + 7) * 7n * Mi),
        ),
      },
    );
    expect(answer.bytes).toBe('0');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('headroom when something is not known', () => {
  const content = together(HEALTHY_PLATFORM, FIVE_LEFT);

  it.each([
    ['ResourceQuota', "the quotas can't be seen"],
    ['CDIConfig', 'how much the file system takes'],
    ['StorageClass', 'needs its size twice'],
    ['CSIDriver', 'needs its size twice'],
    ['DataVolume', 'what volumes being created will still take'],
    ['PersistentVolumeClaim', 'what volumes being created will still take'],
  ] as const)('is unknown, and says why, without %s', (kind, words) => {
    const { headroom: answer } = headroom(content, {
      states: { [kind]: notPermitted },
    });
    expect(answer).toMatchObject({
      state: 'unknown',
      bytes: null,
      inFlight: null,
    });
    expect(answer.explanation).toContain('is not known now');
    expect(answer.explanation).toContain(words);
  });

  it.each(['CDIConfig', 'CSIDriver', 'DataVolume'] as const)(
    'is still nothing without %s if the quota is full',
    kind => {
      const { headroom: answer } = headroom(
        together(HEALTHY_PLATFORM, { ResourceQuota: [quota('5Gi', '5Gi')] }),
        { states: { [kind]: notPermitted } },
      );
      expect(answer).toMatchObject({ state: 'known', bytes: '0' });
    },
  );

  it('is unknown until the quota has been counted', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, {
      ResourceQuota: [quota('50Gi', undefined)],
    });
    expect(answer.state).toBe('unknown');
    expect(answer.explanation).toContain('has not been counted yet');
  });

  it('is unknown if a limit can not be read', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
      ResourceQuota: [quota('much', '0', 'odd')],
    });
    expect(answer.state).toBe('unknown');
    expect(answer.explanation).toContain("of the quota odd can't be read");
  });

  it('is unknown if the size of a volume under way is not known', () => {
    const answer = onPlatform(HEALTHY_PLATFORM, FIVE_LEFT, {
      DataVolume: [{ name: 'disk', namespace: 'alpha', phase: 'Pending' }],
    });
    expect(answer.state).toBe('unknown');
    expect(answer.explanation).toContain('size of a volume being created');
  });

  it('stays the last known number while the under cluster is away', () => {
    const { headroom: answer } = headroom(content, {
      states: {
        ResourceQuota: { state: 'stale', since: NOW - 60_000, message: 'gone' },
      },
    });
    expect(answer).toMatchObject({ state: 'known', bytes: `${4830n * Mi}` });
  });
});

describe('headroom when volumes can not be created at all', () => {
  it('is nothing without the storage class', () => {
    const answer = onPlatform(
      { ...HEALTHY_PLATFORM, StorageClass: [] },
      FIVE_LEFT,
    );
    expect(answer).toMatchObject({ state: 'known', bytes: '0' });
    expect(answer.explanation).toContain('does not exist');
  });

  it('is nothing without CDI', () => {
    const { headroom: answer } = headroom(
      together(HEALTHY_PLATFORM, FIVE_LEFT),
      {
        states: {
          CDI: { state: 'notInstalled', since: NOW, message: '' },
          DataVolume: { state: 'notInstalled', since: NOW, message: '' },
        },
      },
    );
    expect(answer).toMatchObject({ state: 'known', bytes: '0' });
    expect(answer.explanation).toContain('CDI');
  });
});
