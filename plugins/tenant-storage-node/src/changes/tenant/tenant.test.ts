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

  it('is found in Git before it is live', () => {
    const texts = { 'all.yaml': quota('requests.storage: 40Gi', 'all') };
    expect(refused(asked, {}, texts)).toMatchObject([
      { code: 'otherSettings', field: 'size' },
    ]);
    expect(refused({ ...asked, confirmOtherLimits: true }, {}, texts)).toEqual(
      [],
    );
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
  [[{ namespace: 'omega', hard: { [KEY]: '53687091200' } }], ''],
])('arrives as %j: %s', (resourceQuotas, missing) => {
  expect(missingOf(tenant, asked, { resourceQuotas })).toBe(missing);
});
