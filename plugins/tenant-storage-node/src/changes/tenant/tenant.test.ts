import type { FactsOfTest } from '../facts.testing';
import { layouts } from '../layouts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  GI,
  LONGHORN,
  missingOf,
  planned,
} from '../storageChange.test.plan';
import { tenant } from './tenant';

const KEY = `${CLASS}.storageclass.storage.k8s.io/requests.storage`;
const asked = { tenant: 'omega', size: '50Gi' };

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(tenant, input, facts, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

function warned(...args: Parameters<typeof plan>) {
  return plan(...args).warnings.map(({ code }) => code);
}

function quota(hard: string, name = 'omega-storage') {
  return `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: ${name}, namespace: omega }\nspec:\n  hard:\n    ${hard}\n`;
}

function liveQuota(hard: Record<string, string>, used = {}, name = 'all') {
  return { resourceQuotas: [{ namespace: 'omega', name, hard, used }] };
}

const onLonghorn: FactsOfTest = {
  storageClasses: [{ name: CLASS, provisioner: LONGHORN }],
};

describe('a quota of the nominal size', () => {
  it('is refused: CDI asks for more than the tenant does', () => {
    expect(refused({ ...asked, size: '10Gi', largestVolume: '10Gi' })).toEqual([
      {
        code: 'headroomTooSmall',
        field: 'size',
        message: expect.stringMatching(
          /^A volume of 10Gi of tenant-storage-class takes 10\.6.* CDI adds 6 %/,
        ),
      },
    ]);
  });

  it('is refused for its double where a CSI driver makes volumes', () => {
    const input = { ...asked, size: '20Gi', largestVolume: '10Gi' };
    expect(refused(input)).toEqual([]);
    expect(refused(input, onLonghorn)).toEqual([
      {
        code: 'headroomTooSmall',
        field: 'size',
        message: expect.stringContaining('twice for a moment'),
      },
    ]);
  });

  it('is warned of where nobody knows what makes volumes', () => {
    const input = { ...asked, size: '20Gi', largestVolume: '10Gi' };
    for (const facts of [
      { csiDrivers: 'unknown' },
      { storageClasses: 'unknown' },
    ] as FactsOfTest[]) {
      expect(refused(input, facts)).toEqual([]);
      expect(warned(input, facts)).toContain('doublingUnknown');
    }
  });

  it('is warned of where CDI does not say what it adds', () => {
    expect(
      warned(asked, {
        cdi: { phase: null, overhead: null, classOverhead: {} },
      }),
    ).toContain('overheadUnknown');
  });

  it('is told how large a volume it holds', () => {
    expect(plan(asked).impact[1]).toMatchObject({
      what: 'Largest volume that fits',
      after: '47 Gi',
    });
  });

  it('holds what it says, in whole MiB as CDI counts', () => {
    const size = '1001Mi';
    expect(plan({ ...asked, size }).impact[1].after).toBe('940 Mi');
    expect(refused({ ...asked, size, largestVolume: '940Mi' })).toEqual([]);
    expect(refused({ ...asked, size, largestVolume: '941Mi' })).toHaveLength(1);
    expect(
      refused({ ...asked, size: '984992137', largestVolume: '883Mi' }),
    ).toEqual([]);
  });

  it('is enough for raw devices, to which nothing is added', () => {
    const storageProfiles: FactsOfTest['storageProfiles'] = [
      {
        name: CLASS,
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' },
        ],
      },
    ];
    const input = { ...asked, size: '20Gi', largestVolume: '10Gi' };
    expect(refused(input, { ...onLonghorn, storageProfiles })).toEqual([]);
  });
});

describe('a second quota that binds first', () => {
  it('is found live, with what is used of it', () => {
    expect(
      refused(
        asked,
        liveQuota(
          { 'requests.storage': '60Gi' },
          { 'requests.storage': '20Gi' },
        ),
      ),
    ).toEqual([
      {
        code: 'otherSettings',
        field: 'size',
        message: expect.stringMatching(
          /^The quota all allows 60Gi for all classes together .* 20 Gi are used, less than 50Gi/,
        ),
      },
    ]);
  });

  it.each([
    ['persistentvolumeclaims', '0', '0', {}, 'allows 0 volumes'],
    ['count/persistentvolumeclaims', '5', '5', {}, 'of which 5 are there'],
    [
      `${CLASS}.storageclass.storage.k8s.io/persistentvolumeclaims`,
      '1',
      '0',
      onLonghorn,
      'creating one takes 2 for a moment',
    ],
  ])(
    'is found by the number of volumes: %s %s, with %s there',
    (key, hard, used, facts, message) => {
      const more = { ...facts, ...liveQuota({ [key]: hard }, { [key]: used }) };
      expect(refused(asked, more)).toEqual([
        {
          code: 'otherSettings',
          field: 'size',
          message: expect.stringContaining(message),
        },
      ]);
      expect(refused({ ...asked, confirmOtherLimits: true }, more)).toEqual([]);
      expect(refused(asked, liveQuota({ [key]: '9' }, { [key]: '5' }))).toEqual(
        [],
      );
    },
  );

  it('is found in Git before it is live', () => {
    const texts = { 'all.yaml': quota('requests.storage: 40Gi', 'all') };
    expect(refused(asked, {}, texts)).toMatchObject([
      { code: 'otherSettings', field: 'size' },
    ]);
    expect(refused({ ...asked, confirmOtherLimits: true }, {}, texts)).toEqual(
      [],
    );
  });

  it('is told of where Kubernetes has not counted it yet', () => {
    const facts = liveQuota({ 'requests.storage': '60Gi' });
    expect(refused(asked, facts)).toEqual([]);
    expect(plan(asked, facts).warnings).toContainEqual({
      code: 'otherLimitUnknown',
      message:
        'What is used of requests.storage (60Gi) in the quota all is not known.',
    });
  });

  it('may be there where quotas can’t be seen, which is said', () => {
    expect(warned(asked, { resourceQuotas: 'unknown' })).toContain(
      'otherLimitsUnknown',
    );
  });
});

describe('a quota that is there', () => {
  it('is no change with the same size, however written', () => {
    expect(
      plan(
        { ...asked, size: '50Gi' },
        {},
        { 'q.yaml': quota(`${KEY}: 51200Mi`) },
      ),
    ).toMatchObject({ changed: false, refusals: [] });
  });

  it.each<[string, FactsOfTest, Record<string, string>]>([
    ['in Git', {}, { 'q.yaml': quota(`${KEY}: 10Gi`) }],
    ['live without Git', liveQuota({ [KEY]: '10Gi' }), {}],
  ])('with another size %s is somebody’s to raise', (_, facts, texts) => {
    expect(refused(asked, facts, texts)).toMatchObject([
      { code: 'nameTaken', field: 'tenant' },
    ]);
  });

  it('of nothing is somebody’s to raise, too, and no fault of what is asked for', () => {
    expect(refused(asked, {}, { 'q.yaml': quota(`${KEY}: "0"`) })).toEqual([
      {
        code: 'nameTaken',
        field: 'tenant',
        message: 'omega has a storage quota already: 0 in q.yaml:1.',
      },
    ]);
  });

  it('gets the key where it has others, and keeps those', () => {
    expect(
      plan(asked, {}, { 'q.yaml': quota('persistentvolumeclaims: "20"') })
        .files[0].content,
    ).toBe(`${quota('persistentvolumeclaims: "20"')}    ${KEY}: 50Gi\n`);
  });

  it('has no second owner where one of its name is live without Git', () => {
    expect(
      refused(asked, liveQuota({ pods: '5' }, {}, 'omega-storage')),
    ).toMatchObject([{ code: 'ownedElsewhere', field: 'tenant' }]);
  });

  it('has no second owner where the umbrella chart renders it', () => {
    const other = planned(
      tenant,
      { tenant: 'beta', size: '60Gi' },
      { namespaces: [{ name: 'beta' }] },
      layouts.umbrella(),
    );
    expect(other.refusals).toMatchObject([
      {
        code: 'nameTaken',
        message: expect.stringContaining('50Gi in muc-1/kmetal-values.yaml'),
      },
    ]);
    const unlisted = planned(
      tenant,
      { tenant: 'gamma', size: '60Gi' },
      { namespaces: [{ name: 'gamma' }] },
      layouts.umbrella(),
    );
    expect(unlisted).toMatchObject({ changed: false, files: [] });
    expect(unlisted.refusals).toHaveLength(1);
  });
});

describe('its namespace', () => {
  it('has to be there, or in Git', () => {
    expect(refused(asked, { namespaces: [] })).toMatchObject([
      { code: 'notFound', field: 'tenant' },
    ]);
    const texts = {
      'ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: omega }\n',
    };
    expect(warned(asked, { namespaces: [] }, texts)).toContain(
      'namespaceNotLive',
    );
    expect(warned(asked, { namespaces: 'unknown' })).toContain(
      'namespaceUnknown',
    );
  });

  it.each<[string, FactsOfTest]>([
    ['passed', {}],
    ['failed', { namespaces: [] }],
    ['unknown', { namespaces: 'unknown' }],
  ])('is a gate: %s', (state, facts) => {
    expect(gateOf(tenant, asked, facts)).toEqual([
      { id: 'namespaceThere', state },
    ]);
  });
});

describe('the webhook of the tenant', () => {
  const release = (name: string) =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: ${name}, namespace: kmetal-flux }\nspec:\n  targetNamespace: omega\n  chart: { spec: { chart: kmetal-webhook } }\n`;

  it('watches the class, also where its release is in another namespace', () => {
    expect(
      plan(asked, {}, { 'w.yaml': release('w') }).files.find(
        ({ path }) => path === 'w.yaml',
      )?.content,
    ).toBe(
      `${release('w')}  values:\n    webhook:\n      storageClass: ${CLASS}\n`,
    );
  });

  it('is known by its OCIRepository, too', () => {
    const ofOci = release('w').replace(
      'chart: { spec: { chart: kmetal-webhook } }',
      'chartRef: { kind: OCIRepository, name: kmetal-webhook }',
    );
    expect(plan(asked, {}, { 'w.yaml': ofOci }).diff).toContain(
      `+      storageClass: ${CLASS}\n`,
    );
  });

  it('is not guessed of two', () => {
    expect(
      refused(asked, {}, { 'a.yaml': release('a'), 'b.yaml': release('b') }),
    ).toMatchObject([
      {
        code: 'manifestAmbiguous',
        message: expect.stringContaining('a.yaml:1 and b.yaml:1'),
      },
    ]);
  });

  it('is told of where it is not in Git', () => {
    expect(warned(asked)).toContain('webhookElsewhere');
  });
});

it('warns of quotas beyond the capacity', () => {
  expect(
    warned(asked, {
      quotaSum: `${960n * GI}`,
      capacity: { bytes: `${1000n * GI}`, source: 'configured' },
    }),
  ).toContain('capacityExceeded');
});

it.each<[FactsOfTest['resourceQuotas'], string | null]>([
  ['unknown', null],
  [[], 'omega has no storage quota yet.'],
  [
    [{ namespace: 'omega', hard: { [KEY]: '10Gi' } }],
    'The quota of omega is 10Gi, not 50Gi.',
  ],
  [
    [{ namespace: 'omega', hard: { [KEY]: '0' } }],
    'The quota of omega is 0, not 50Gi.',
  ],
  [[{ namespace: 'omega', hard: { [KEY]: '53687091200' } }], ''],
])('arrives as %j: %s', (resourceQuotas, missing) => {
  expect(missingOf(tenant, asked, { resourceQuotas })).toBe(missing);
});
